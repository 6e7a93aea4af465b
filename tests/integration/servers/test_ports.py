"""Ports: free ones, outside the range of outgoing connections, and the same from start to start."""

import socket
from pathlib import Path

from deploy.local.ports import LOOPBACK, RememberedPorts, free_port, is_free


def test_a_port_in_use_is_not_free() -> None:
    port = free_port()
    with socket.create_server((LOOPBACK, port)):
        assert not is_free(port)
        assert free_port(port) != port
    assert is_free(port)


def test_no_port_is_given_twice() -> None:
    assert len({free_port() for _ in range(100)}) == 100


def test_no_outgoing_connection_can_be_given_the_port() -> None:
    lowest_outgoing = 32_768
    assert all(free_port() < lowest_outgoing for _ in range(100))


def test_a_folder_remembers_its_ports_while_they_are_free(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = RememberedPorts(file).port("order")
    assert RememberedPorts(file).port("order") == first
    with socket.create_server((LOOPBACK, first)):
        second = RememberedPorts(file).port("order")
    assert second != first
    assert RememberedPorts(file).port("order") == second


def test_a_note_cut_short_by_a_crash_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    file.write_text('{"order": 81')
    assert RememberedPorts(file).port("order")

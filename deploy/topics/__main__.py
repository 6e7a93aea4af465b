"""`python -m deploy.topics`: makes the topics that are missing on KAFKA_BOOTSTRAP_SERVERS, and checks the others."""

import argparse
import asyncio
import sys

from aiokafka.errors import KafkaError

from libs.runtime.settings import KafkaSettings
from libs.runtime.topics import TopicRefused, create_topics


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.topics", description=__doc__)
    parser.add_argument("--replication-factor", type=int, default=1, help="brokers that keep each record (default 1)")
    arguments = parser.parse_args()
    settings = KafkaSettings()
    try:
        made = asyncio.run(create_topics(settings, arguments.replication_factor))
    except (TopicRefused, KafkaError) as fault:
        print(f"topics on {settings.bootstrap_servers}: {fault}", file=sys.stderr)
        return 1
    print(f"topics made: {', '.join(made) or 'none, all were there'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

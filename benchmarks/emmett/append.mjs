// Saves on emmett-postgresql, told line by line on stdin: {"do": "prepare" | "run", "kind", "callers", "count"}.

import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const [url, description] = process.argv.slice(2);
const store = getPostgreSQLEventStore(url);
const before = 5;
let prepared = [];

const revised = () => ({
  type: 'order.OrderRevised.v1',
  data: { service_date: '2026-03-02', description },
});
const decide = () => [revised()];
const counting = { initialState: () => 0, evolve: (count) => count + 1 };

const toNew = () =>
  store.appendToStream(`order-${randomUUID()}`, decide(0), { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' });

const toExisting = async () => {
  const name = prepared.pop();
  const { state, currentStreamVersion } = await store.aggregateStream(name, counting);
  if (state !== before) throw new Error(`${name} has ${state} events`);
  await store.appendToStream(name, decide(state), { expectedStreamVersion: currentStreamVersion });
};

const inParallel = async (callers, count, work) => {
  let left = count;
  const caller = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: callers }, caller));
};

const prepare = async ({ count }) => {
  await inParallel(8, count, async () => {
    const name = `order-${randomUUID()}`;
    await store.appendToStream(name, Array.from({ length: before }, revised));
    prepared.push(name);
  });
  return {};
};

const run = async ({ kind, callers, count }) => {
  const work = kind === 'new' ? toNew : toExisting;
  const times = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  await inParallel(callers, count, async () => {
    const asked = performance.now();
    await work();
    times.push(performance.now() - asked);
  });
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  return { seconds, cpu_us: used.user + used.system, milliseconds: times };
};

const work = { prepare, run };
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(await work[asked.do](asked)));
}
await store.close();

// SPDX-License-Identifier: Apache-2.0
// The Vagrantfile's machines are the topology: no virtual machine is needed to see that.
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type Machine, MACHINES } from '#scripts/testbed/vagrant/machines.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { NODES } from '#scripts/testbed/topology.js';

function count<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const nics = MACHINES.flatMap((machine) => machine.nics);
const machine = (name: string): Machine => MACHINES.find((each) => each.name === name)!;

test('machines.json is up to date', async (t) => {
  const text = await readFile(`${REPOSITORY}scripts/vagrant/machines.json`, 'utf8');
  t.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(MACHINES)));
});

test('the Vagrantfile takes its machines from there and names none itself', async (t) => {
  const text = await readFile(`${REPOSITORY}Vagrantfile`, 'utf8');
  t.true(text.includes("'scripts/vagrant/machines.json'"));
  for (const { name } of NODES) t.notRegex(text, new RegExp(`\\b${name}\\b`));
});

test('the Vagrantfile takes no setting for a number, or for a choice, unseen', async (t) => {
  const text = await readFile(`${REPOSITORY}Vagrantfile`, 'utf8');
  for (const name of ['MEMORY', 'CPUS', 'BOOT_TIMEOUT'])
    t.true(text.includes(`= whole_number('${name}', `), name);
  for (const name of ['BUILD', 'DRIVER']) t.true(text.includes(`= one_of('${name}', `), name);
  t.is(text.match(/to_i/g)?.length, 1, 'where it was looked at');
});

test('every node is a machine', (t) => {
  t.deepEqual(
    MACHINES.map(({ name }) => name),
    NODES.map(({ name }) => name),
  );
});

test('every cable has two ends, of the same MTU', (t) => {
  for (const [cable, ends] of count(nics.map((nic) => nic.cable))) t.is(ends, 2, cable);
  const mtus = new Set(nics.map(({ cable, mtu }) => `${cable} ${mtu}`));
  t.is(mtus.size, nics.length / 2);
});

test('every NIC has a unicast address of its own', (t) => {
  t.is(new Set(nics.map(({ mac }) => mac)).size, nics.length);
  for (const { mac } of nics) t.regex(mac, /^02[0-9a-f]{10}$/);
});

test('a machine sets every address and route of its node', (t) => {
  for (const { name, loopback, interfaces, routes } of NODES) {
    const network = machine(name).network.join('\n');
    for (const address of [...loopback, ...interfaces.flatMap(({ addresses }) => addresses)])
      t.true(network.includes(`address replace ${address} dev `), `${name} ${address}`);
    for (const { to, via } of routes) {
      const prefix = { '0.0.0.0/0': '0.0.0.0/1', '::/0': '8000::/1' }[to] ?? to;
      t.true(network.includes(`route replace ${prefix} via ${via}`), `${name} ${to}`);
    }
  }
});

test("nothing leaves a machine by Vagrant's network because it has no default route", (t) => {
  const { network } = machine('core');
  for (const half of ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'])
    t.true(network.includes(`route replace unreachable ${half}`), half);
});

test('the roaming host is plugged into one of its sites', (t) => {
  const { bridge, nics } = machine('host1');
  t.deepEqual(
    bridge?.ports,
    nics.map(({ name }) => name),
  );
  t.is(bridge?.plugged, 'site2');
});

test("Vagrant's own network in VirtualBox has no address of the topology", async (t) => {
  const text = await readFile(`${REPOSITORY}Vagrantfile`, 'utf8');
  const [, prefix = ''] = /'--natnet1', '(\d+\.\d+\.\d+\.)0\/24'/.exec(text) ?? [];
  t.regex(prefix, /^\d/);
  for (const { name, network } of MACHINES) t.false(network.join('\n').includes(` ${prefix}`), name);
});

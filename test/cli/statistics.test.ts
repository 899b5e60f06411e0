// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { CONTROL_LINES, formatStatistics } from '#cli/format/statistics.js';
import { formatStatus } from '#cli/format/status.js';
import { COUNTER_NAMES } from '#control/contract/counters.js';
import { STATISTICS, STATUS } from '#test/api/fixture-views.js';

test('every counter of the control plane has its place in the statistics, once', (t) => {
  t.deepEqual(CONTROL_LINES.flatMap(([, ...names]) => names).sort(), [...COUNTER_NAMES].sort());
});

test('statistics in two columns', (t) => {
  const lines = formatStatistics(STATISTICS).split('\n');
  t.is(lines[0], 'LISP EID Statistics for all EID instances - last cleared: never');
  const index = (name: (typeof COUNTER_NAMES)[number]): number => COUNTER_NAMES.indexOf(name);
  for (const line of [
    `  Map-Requests in/out:                              ${index('mapRequestsIn')}/${index('mapRequestsOut')}`,
    `    SMR-based Map-Requests in/out:                  ${index('smrIn')}/${index('smrOut')}`,
    '  encapsulated:                                     147331/14733100',
    '  suppressed:                                       7/700',
    'transport:',
    '  sent:                                             12',
  ])
    t.true(lines.includes(line), line);
  for (const line of lines.slice(1)) t.regex(line, /^[^:]*:$|^.{51} \S+$|^$/);
});

test('a counter that has no line is printed under its own name', (t) => {
  const text = formatStatistics({
    control: { newCounterOfALaterVersionWithAVeryLongNameIndeed: 5 },
    dataPath: {},
    punts: {},
    adapters: {},
  });
  t.true(text.endsWith('Other:\n  newCounterOfALaterVersionWithAVeryLongNameIndeed: 5\n'));
});

test('status of an xTR', (t) => {
  t.is(
    formatStatus(STATUS),
    `xtrd 0.1.0, name xtr2, pid 4242, uptime 00:52:46
  Ingress Tunnel Router (ITR):              enabled
  Egress Tunnel Router (ETR):               enabled
  Map Server (MS):                          disabled
  Map Resolver (MR):                        disabled
  RLOC(s):                                  2.2.2.2
  ITR Map-Resolver(s):                      9.9.9.9
  ETR Map-Server(s):                        9.9.9.9
                                            9.9.9.10
  xTR-ID:                                   0x8527C2E3-0xB036F499-0x0C2893BB-0x56D43540
  site-ID:                                  unspecified
  Instance ID(s):                           0
  Map-cache:
    Map-cache size/limit:                   4/65536
    Pending Map-Requests/limit:             0/16384
    Held packets/limit:                     0/4096
  Database:
    Total database mapping size:            1
    Inactive (deconfig/away) size:          0
  Other limits:
    dynamic-eids:                           16384
  Data path:
    Pinned in:                              /sys/fs/bpf/xtrd/xtr2/v1
    Maps and programs:                      new
    Interface  Index  Roles  XDP      Program
    core0      2      rloc   native   xtr_rloc_ingress
    eid0       3      eid    generic  xtr_eid_ingress
    Map               Entries  Limit
    xtr_map_cache_v4  3        65536
    xtr_punts         -        8388608
  Warnings:
    eid0: rp_filter is 1: sysctl -w net.ipv4.conf.eid0.rp_filter=2
`,
  );
});

test('limits are spelt as in the configuration file', (t) => {
  const limits = { heldPacketsPerEid: 64, smrPerRlocInterval_ms: 3_000, mapReplyInterval_ms: 500 };
  const lines = formatStatus({ ...STATUS, limits }).split('\n');
  const from = lines.indexOf('  Other limits:') + 1;
  t.deepEqual(lines.slice(from, from + 3), [
    '    held-packets-per-eid:                   64',
    '    smr-per-rloc-interval:                  3s',
    '    map-reply-interval:                     500ms',
  ]);
});

test('status of a Map-Server shows no xTR and no data path', (t) => {
  const text = formatStatus({
    ...STATUS,
    roles: ['Map-Server', 'Map-Resolver'],
    xtrId: null,
    dataPath: null,
    warnings: [],
    limits: {},
  });
  t.true(text.includes('  Map Server (MS):                          enabled\n'));
  t.notRegex(text, /RLOC|xTR-ID|Data path|Warnings|limits:/);
});

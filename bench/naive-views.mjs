/** What the naive program does for each view: its key, its group object, its result. */
const REGISTERS = 4096;
const MINUTE = 60_000;

function hash(text) {
  let bits = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

class DistinctCounter {
  registers = new Uint8Array(REGISTERS);

  add(text) {
    const bits = hash(text);
    const at = bits & (REGISTERS - 1);
    const rank = Math.clz32(bits >>> 12) - 11;
    if (rank > this.registers[at]) this.registers[at] = rank;
  }

  estimate() {
    let zeros = 0;
    let sum = 0;
    for (const rank of this.registers) {
      sum += 2 ** -rank;
      if (rank === 0) zeros++;
    }
    const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
    const few = raw <= 2.5 * REGISTERS && zeros > 0;
    return Math.round(few ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
  }
}

const LOWEST = -128;
function quantile(counts, total, share) {
  let below = 0;
  for (let at = 0; at < counts.length; at++) {
    below += counts[at];
    if (below >= share * total) return at + LOWEST;
  }
  return null;
}

const traffic = {
  create: () => ({ count: 0, sent: 0, received: 0 }),
  add(group, row) {
    group.count++;
    group.sent += row.bytes_tx;
    group.received += row.bytes_rx;
  },
  result: (group) => [group.count, group.sent, group.received],
  columns: ['cnt', 'tx', 'rx'],
};

export const views = {
  1: {
    sizeMs: MINUTE,
    key: (row) => row.org,
    create: () => ({ count: 0, sent: 0, clients: new DistinctCounter() }),
    add(group, row) {
      group.count++;
      group.sent += row.bytes_tx;
      group.clients.add(row.client);
    },
    result: (group) => [group.count, group.sent, group.clients.estimate()],
    columns: ['cnt', 'tx', 'clients'],
  },
  2: {
    sizeMs: MINUTE,
    key: (row) => row.site,
    create: () => ({ count: 0, sum: 0, min: Infinity, max: -Infinity }),
    add(group, row) {
      group.count++;
      group.sum += row.rssi;
      if (row.rssi < group.min) group.min = row.rssi;
      if (row.rssi > group.max) group.max = row.rssi;
    },
    result: (group) => [group.count, group.sum / group.count, group.min, group.max],
    columns: ['cnt', 'avg_rssi', 'min_rssi', 'max_rssi'],
  },
  3: { sizeMs: MINUTE, key: (row) => row.ap, ...traffic },
  4: {
    sizeMs: MINUTE,
    key: (row) => `${row.ap}\t${row.band}`,
    create: () => ({ count: 0, sum: 0 }),
    add(group, row) {
      group.count++;
      group.sum += row.rssi;
    },
    result: (group) => [group.count, group.sum / group.count],
    columns: ['cnt', 'avg_rssi'],
  },
  5: {
    sizeMs: 10 * MINUTE,
    key: (row) => `${row.org}\t${row.band}`,
    create: () => ({ count: 0, counts: new Uint32Array(128) }),
    add(group, row) {
      group.count++;
      group.counts[row.rssi - LOWEST]++;
    },
    result: ({ count, counts }) => [
      count,
      quantile(counts, count, 0.5),
      quantile(counts, count, 0.95),
    ],
    columns: ['cnt', 'p50', 'p95'],
  },
  6: {
    sizeMs: 10 * MINUTE,
    key: (row) => row.site,
    create: () => new DistinctCounter(),
    add: (group, row) => group.add(row.client),
    result: (group) => [group.estimate()],
    columns: ['clients'],
  },
  7: {
    sizeMs: 10 * MINUTE,
    key: (row) => row.client,
    create: () => ({ sent: 0, max: -Infinity, lastTime: -1, last: 0 }),
    add(group, row) {
      group.sent += row.bytes_tx;
      if (row.rssi > group.max) group.max = row.rssi;
      const later = row.ts > group.lastTime;
      if (later || (row.ts === group.lastTime && row.rssi > group.last)) {
        group.lastTime = row.ts;
        group.last = row.rssi;
      }
    },
    result: (group) => [group.sent, group.max, group.last],
    columns: ['tx', 'max_rssi', 'last_rssi'],
  },
  8: { sizeMs: 10_000, key: () => '', ...traffic },
};

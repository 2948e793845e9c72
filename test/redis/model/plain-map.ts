/**
 * What redis-server 7.0 does with data, as its manual says it: a Map of plain values. It shares nothing
 * with src, so that a mistake has to be made twice to go unnoticed.
 *
 * Replies are written as the test world shows them. Time passes in whole seconds, and every time to
 * live ends half a second past one, so that what a command takes never decides whether a key is there.
 */
export type Value =
  | { readonly type: "string"; text: string }
  | { readonly type: "list"; items: string[] }
  | { readonly type: "set"; readonly members: Set<string> }
  | { readonly type: "hash"; readonly fields: Map<string, string> };

interface Entry {
  value: Value;
  /** In milliseconds; undefined: never. */
  expiresAt: number | undefined;
}

/** What a command is answered: the reply, or one that it is near to, or the same items in any order. */
export type Answer =
  | string
  | { readonly about: number }
  | { readonly anyOrder: readonly string[]; readonly inPairs?: boolean };

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const notAnInteger = "-ERR value is not an integer or out of range";
const overflow = "-ERR increment or decrement would overflow";

class Refusal extends Error {}

export class PlainMap {
  readonly entries = new Map<string, Entry>();
  now = 0;

  pass(seconds: number): void {
    this.now += 1_000 * seconds;
    for (const [key, { expiresAt }] of this.entries)
      if (expiresAt !== undefined && expiresAt <= this.now) this.entries.delete(key);
  }

  run(args: readonly string[]): Answer {
    const [name = "", key = "", ...rest] = args;
    const command = commands[name];
    if (command === undefined) throw new Error(`the model has no ${name}`);
    try {
      return command(this, key, rest);
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  #of<Type extends Value["type"]>(
    key: string,
    type: Type,
  ): Extract<Value, { type: Type }> | undefined {
    const value = this.entries.get(key)?.value;
    if (value === undefined) return undefined;
    if (value.type !== type) throw new Refusal(wrongType);
    return value as Extract<Value, { type: Type }>;
  }

  text(key: string): string | undefined {
    return this.#of(key, "string")?.text;
  }

  /** The value stays where it is, or comes without a time to live. */
  setText(key: string, text: string): void {
    const held = this.#of(key, "string");
    if (held === undefined) this.put(key, { type: "string", text });
    else held.text = text;
  }

  list(key: string): string[] {
    return this.#of(key, "list")?.items ?? [];
  }

  /** A list that has become empty is no more. */
  setList(key: string, items: string[]): void {
    const held = this.#of(key, "list");
    if (items.length === 0) this.entries.delete(key);
    else if (held === undefined) this.put(key, { type: "list", items });
    else held.items = items;
  }

  set(key: string): Set<string> {
    return this.#of(key, "set")?.members ?? new Set();
  }

  setSet(key: string, members: Set<string>): void {
    if (members.size === 0) this.entries.delete(key);
    else if (this.#of(key, "set")?.members !== members) this.put(key, { type: "set", members });
  }

  hash(key: string): Map<string, string> {
    return this.#of(key, "hash")?.fields ?? new Map();
  }

  setHash(key: string, fields: Map<string, string>): void {
    if (fields.size === 0) this.entries.delete(key);
    else if (this.#of(key, "hash")?.fields !== fields) this.put(key, { type: "hash", fields });
  }

  put(key: string, value: Value): void {
    this.entries.set(key, { value, expiresAt: undefined });
  }
}

type Command = (map: PlainMap, key: string, rest: readonly string[]) => Answer;

const bulk = (text: string | undefined) => (text === undefined ? "nil" : JSON.stringify(text));
const bulks = (texts: readonly (string | undefined)[]) => `[${texts.map(bulk).join(" ")}]`;
const truth = (is: boolean) => (is ? ":1" : ":0");

const strings: Readonly<Record<string, Command>> = {
  SET: (map, key, [value = "", ...options]) => {
    const isThere = map.entries.has(key);
    const asksOld = options.includes("GET");
    const old = asksOld ? map.text(key) : undefined;
    const isRefused = options.includes(isThere ? "NX" : "XX");
    if (!isRefused) {
      const expiresAt = map.entries.get(key)?.expiresAt;
      map.put(key, { type: "string", text: value });
      const entry = map.entries.get(key);
      const at = options.indexOf("PX");
      if (entry !== undefined && at >= 0) entry.expiresAt = map.now + Number(options[at + 1]);
      if (entry !== undefined && options.includes("KEEPTTL")) entry.expiresAt = expiresAt;
    }
    if (asksOld) return bulk(old);
    return isRefused ? "nil" : "+OK";
  },
  SETNX: (map, key, [value = ""]) => {
    if (map.entries.has(key)) return ":0";
    map.put(key, { type: "string", text: value });
    return ":1";
  },
  MSET: (map, key, rest) => {
    const words = [key, ...rest];
    for (let i = 0; i < words.length; i += 2)
      map.put(words[i] ?? "", { type: "string", text: words[i + 1] ?? "" });
    return "+OK";
  },
  GET: (map, key) => bulk(map.text(key)),
  MGET: (map, key, rest) =>
    bulks(
      [key, ...rest].map((each) => {
        const value = map.entries.get(each)?.value;
        return value?.type === "string" ? value.text : undefined;
      }),
    ),
  GETSET: (map, key, [value = ""]) => {
    const old = map.text(key);
    map.put(key, { type: "string", text: value });
    return bulk(old);
  },
  GETDEL: (map, key) => {
    const old = map.text(key);
    map.entries.delete(key);
    return bulk(old);
  },
  APPEND: (map, key, [value = ""]) => {
    const text = (map.text(key) ?? "") + value;
    map.setText(key, text);
    return `:${text.length}`;
  },
  STRLEN: (map, key) => `:${(map.text(key) ?? "").length}`,
  INCRBY: (map, key, [by = ""]) => {
    const text = map.text(key) ?? "0";
    if (!isInteger(text)) return notAnInteger;
    const sum = `${BigInt(text) + BigInt(by)}`;
    if (!isInteger(sum)) return overflow;
    map.setText(key, sum);
    return `:${sum}`;
  },
  GETRANGE: (map, key, [from = "", to = ""]) => bulk(range(map.text(key) ?? "", from, to)),
  SETRANGE: (map, key, [at = "", value = ""]) => {
    const held = map.text(key) ?? "";
    if (value === "") return `:${held.length}`;
    const offset = Number(at);
    const text =
      held.padEnd(offset, "\0").slice(0, offset) + value + held.slice(offset + value.length);
    map.setText(key, text);
    return `:${text.length}`;
  },
};

const keys: Readonly<Record<string, Command>> = {
  DEL: (map, key, rest) => `:${[key, ...rest].filter((each) => map.entries.delete(each)).length}`,
  EXISTS: (map, key, rest) => `:${[key, ...rest].filter((each) => map.entries.has(each)).length}`,
  TYPE: (map, key) => `+${map.entries.get(key)?.value.type ?? "none"}`,
  DBSIZE: (map) => `:${map.entries.size}`,
  KEYS: (map) => ({ anyOrder: [...map.entries.keys()].map(bulk) }),
  RENAME: (map, key, [to = ""]) => {
    const entry = map.entries.get(key);
    if (entry === undefined) return "-ERR no such key";
    map.entries.delete(key);
    map.entries.set(to, entry);
    return "+OK";
  },
  RENAMENX: (map, key, [to = ""]) => {
    const entry = map.entries.get(key);
    if (entry === undefined) return "-ERR no such key";
    if (map.entries.has(to)) return ":0";
    map.entries.delete(key);
    map.entries.set(to, entry);
    return ":1";
  },
  COPY: (map, key, [to = "", replace]) => {
    if (key === to) return "-ERR source and destination objects are the same";
    const entry = map.entries.get(key);
    if (entry === undefined || (map.entries.has(to) && replace === undefined)) return ":0";
    map.entries.set(to, structuredClone(entry));
    return ":1";
  },
  PEXPIRE: (map, key, [milliseconds = "", condition]) => {
    const entry = map.entries.get(key);
    if (entry === undefined) return ":0";
    const at = map.now + Number(milliseconds);
    const held = entry.expiresAt;
    const isRefused =
      (condition === "NX" && held !== undefined) ||
      (condition === "XX" && held === undefined) ||
      (condition === "GT" && (held === undefined || at <= held)) ||
      (condition === "LT" && held !== undefined && at >= held);
    if (isRefused) return ":0";
    if (at <= map.now) map.entries.delete(key);
    else entry.expiresAt = at;
    return ":1";
  },
  PERSIST: (map, key) => {
    const entry = map.entries.get(key);
    if (entry?.expiresAt === undefined) return ":0";
    entry.expiresAt = undefined;
    return ":1";
  },
  PTTL: (map, key) => {
    const entry = map.entries.get(key);
    if (entry === undefined) return ":-2";
    return entry.expiresAt === undefined ? ":-1" : { about: entry.expiresAt - map.now };
  },
};

const lists: Readonly<Record<string, Command>> = {
  LPUSH: (map, key, items) => pushed(map, key, [...items.toReversed(), ...map.list(key)]),
  RPUSH: (map, key, items) => pushed(map, key, [...map.list(key), ...items]),
  RPUSHX: (map, key, items) =>
    map.list(key).length === 0 ? ":0" : pushed(map, key, [...map.list(key), ...items]),
  LPOP: (map, key) => {
    const [first, ...rest] = map.list(key);
    map.setList(key, rest);
    return bulk(first);
  },
  RPOP: (map, key) => {
    const items = map.list(key);
    map.setList(key, items.slice(0, -1));
    return bulk(items.at(-1));
  },
  LLEN: (map, key) => `:${map.list(key).length}`,
  LINDEX: (map, key, [index = ""]) => bulk(map.list(key).at(Number(index))),
  LRANGE: (map, key, [from = "", to = ""]) => bulks(slice(map.list(key), from, to)),
  LTRIM: (map, key, [from = "", to = ""]) => {
    map.setList(key, slice(map.list(key), from, to));
    return "+OK";
  },
  LSET: (map, key, [index = "", value = ""]) => {
    const items = map.list(key);
    if (items.length === 0) return "-ERR no such key";
    const at = Number(index) < 0 ? items.length + Number(index) : Number(index);
    if (at < 0 || at >= items.length) return "-ERR index out of range";
    map.setList(key, items.with(at, value));
    return "+OK";
  },
  LREM: (map, key, [count = "", value = ""]) => {
    const items = map.list(key);
    const fromEnd = Number(count) < 0;
    let left = Math.abs(Number(count)) || items.length;
    const inOrder = fromEnd ? items.toReversed() : items;
    const kept = inOrder.filter((item) => item !== value || left-- <= 0);
    map.setList(key, fromEnd ? kept.toReversed() : kept);
    return `:${items.length - kept.length}`;
  },
  LINSERT: (map, key, [where = "", pivot = "", value = ""]) => {
    const items = map.list(key);
    if (items.length === 0) return ":0";
    const at = items.indexOf(pivot);
    if (at < 0) return ":-1";
    return pushed(map, key, items.toSpliced(where === "BEFORE" ? at : at + 1, 0, value));
  },
  LMOVE: (map, from, [to = "", out = "", into = ""]) => {
    const items = map.list(from);
    if (items.length === 0) return "nil";
    map.list(to);
    const item = out === "LEFT" ? items[0] : items.at(-1);
    const rest = out === "LEFT" ? items.slice(1) : items.slice(0, -1);
    const target = from === to ? rest : map.list(to);
    const moved = into === "LEFT" ? [item ?? "", ...target] : [...target, item ?? ""];
    if (from !== to) map.setList(from, rest);
    map.setList(to, moved);
    return bulk(item);
  },
};

const sets: Readonly<Record<string, Command>> = {
  SADD: (map, key, members) => {
    const set = map.set(key);
    const before = set.size;
    for (const member of members) set.add(member);
    map.setSet(key, set);
    return `:${set.size - before}`;
  },
  SREM: (map, key, members) => {
    const set = map.set(key);
    const count = members.filter((member) => set.delete(member)).length;
    map.setSet(key, set);
    return `:${count}`;
  },
  SCARD: (map, key) => `:${map.set(key).size}`,
  SISMEMBER: (map, key, [member = ""]) => truth(map.set(key).has(member)),
  SMEMBERS: (map, key) => ({ anyOrder: [...map.set(key)].map(bulk) }),
  SMOVE: (map, from, [to = "", member = ""]) => {
    if (!map.entries.has(from)) return ":0";
    const [source, target] = [map.set(from), map.set(to)];
    if (from === to) return truth(source.has(member));
    if (!source.delete(member)) return ":0";
    map.setSet(from, source);
    target.add(member);
    map.setSet(to, target);
    return ":1";
  },
  SINTER: (map, key, rest) => ({ anyOrder: [...inter(map, [key, ...rest])].map(bulk) }),
  SUNION: (map, key, rest) => ({ anyOrder: [...union(map, [key, ...rest])].map(bulk) }),
  SDIFF: (map, key, rest) => ({ anyOrder: [...differ(map, [key, ...rest])].map(bulk) }),
  SINTERSTORE: (map, to, from) => stored(map, to, inter(map, from)),
  SUNIONSTORE: (map, to, from) => stored(map, to, union(map, from)),
  SDIFFSTORE: (map, to, from) => stored(map, to, differ(map, from)),
};

const hashes: Readonly<Record<string, Command>> = {
  HSET: (map, key, pairs) => {
    const fields = map.hash(key);
    const before = fields.size;
    for (let i = 0; i < pairs.length; i += 2) fields.set(pairs[i] ?? "", pairs[i + 1] ?? "");
    map.setHash(key, fields);
    return `:${fields.size - before}`;
  },
  HSETNX: (map, key, [field = "", value = ""]) => {
    const fields = map.hash(key);
    if (fields.has(field)) return ":0";
    map.setHash(key, fields.set(field, value));
    return ":1";
  },
  HGET: (map, key, [field = ""]) => bulk(map.hash(key).get(field)),
  HMGET: (map, key, fields) => {
    const held = map.hash(key);
    return bulks(fields.map((field) => held.get(field)));
  },
  HDEL: (map, key, names) => {
    const fields = map.hash(key);
    const count = names.filter((name) => fields.delete(name)).length;
    map.setHash(key, fields);
    return `:${count}`;
  },
  HLEN: (map, key) => `:${map.hash(key).size}`,
  HEXISTS: (map, key, [field = ""]) => truth(map.hash(key).has(field)),
  HSTRLEN: (map, key, [field = ""]) => `:${(map.hash(key).get(field) ?? "").length}`,
  HINCRBY: (map, key, [field = "", by = ""]) => {
    const fields = map.hash(key);
    const text = fields.get(field) ?? "0";
    if (!isInteger(text)) return "-ERR hash value is not an integer";
    const sum = `${BigInt(text) + BigInt(by)}`;
    if (!isInteger(sum)) return overflow;
    map.setHash(key, fields.set(field, sum));
    return `:${sum}`;
  },
  HGETALL: (map, key) => ({
    anyOrder: [...map.hash(key)].map(([field, value]) => `${bulk(field)} ${bulk(value)}`),
    inPairs: true,
  }),
};

const commands: Readonly<Record<string, Command>> = {
  ...strings,
  ...keys,
  ...lists,
  ...sets,
  ...hashes,
};

/** What the model knows, by name. */
export const modelled: readonly string[] = Object.keys(commands);

/** As Redis itself would write it, in 64 bits. */
function isInteger(text: string): boolean {
  return /^(0|-?[1-9]\d*)$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** Both ends included, negative ones from the end. */
function slice(items: string[], from: string, to: string): string[] {
  const [first, last] = [from, to].map((each) =>
    Number(each) < 0 ? items.length + Number(each) : Number(each),
  ) as [number, number];
  return last < 0 ? [] : items.slice(Math.max(first, 0), last + 1);
}

/** As for lists, but an end before the beginning is the beginning, unless both were said the wrong way round. */
function range(text: string, from: string, to: string): string {
  if (Number(to) < 0 && Number(from) < 0 && Number(from) > Number(to)) return "";
  const [first, last] = [from, to].map((each) =>
    Math.max(Number(each) < 0 ? text.length + Number(each) : Number(each), 0),
  ) as [number, number];
  return text.slice(first, last + 1);
}

function pushed(map: PlainMap, key: string, items: string[]): Answer {
  map.setList(key, items);
  return `:${items.length}`;
}

function inter(map: PlainMap, of: readonly string[]): Set<string> {
  const [first, ...others] = of.map((key) => map.set(key));
  return new Set([...(first ?? [])].filter((each) => others.every((set) => set.has(each))));
}

function union(map: PlainMap, of: readonly string[]): Set<string> {
  return new Set(of.map((key) => map.set(key)).flatMap((set) => [...set]));
}

function differ(map: PlainMap, of: readonly string[]): Set<string> {
  const [first, ...others] = of.map((key) => map.set(key));
  return new Set([...(first ?? [])].filter((each) => others.every((set) => !set.has(each))));
}

function stored(map: PlainMap, to: string, members: Set<string>): Answer {
  map.entries.delete(to);
  if (members.size > 0) map.put(to, { type: "set", members });
  return `:${members.size}`;
}

/** Reads what a scenario says about machines and the links between them. */
import type { Machine } from "../kernel/actor.js";
import type { DiskSettings } from "../kernel/disk.js";
import type { LinkSettings } from "../kernel/fault.js";
import type { SourceDocument } from "./document.js";
import { parseDuration, parseSize, parseSpan } from "./duration.js";
import type { ScenarioHost } from "./scenario.js";
import type { RawHost } from "./schema/cluster.js";
import type { RawLinkSettings } from "./schema/network.js";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** `ip` is the address it gets where it names none. */
export function readHost(
  document: SourceDocument,
  name: string,
  raw: RawHost | undefined,
  ip: string,
): ScenarioHost {
  const ips = raw?.ip === undefined ? [ip] : [raw.ip].flat();
  for (const each of ips)
    if (!isAddress(each)) document.problem(["hosts", name, "ip"], `${each} is not an IP address`);
  const lateness = parseSpan(raw?.lateness ?? "");
  return {
    name,
    ips,
    machine: machineOf(raw?.machine ?? {}),
    clock: { offset: parseOffset(raw?.clock?.offset) ?? 0, ppm: raw?.clock?.drift ?? 0 },
    ...(raw?.segment === undefined ? {} : { segment: raw.segment }),
    ...(lateness === undefined ? {} : { lateness }),
    ...(raw?.disk === undefined ? {} : { disk: diskOf(raw.disk) }),
  };
}

/** Four numbers up to 255, or what looks like IPv6. */
export function isAddress(text: string): boolean {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (octets === null) return /^[\da-fA-F:]*:[\da-fA-F:]*$/.test(text);
  return octets.slice(1).every((octet) => Number(octet) <= 255);
}

function diskOf(raw: NonNullable<RawHost["disk"]>): Partial<DiskSettings> {
  const disk: Partial<Mutable<DiskSettings>> = {};
  const rate = parseSize(String(raw.rate ?? ""));
  const sync = parseDuration(raw.sync ?? "");
  const capacity = parseSize(String(raw.capacity ?? ""));
  if (rate !== undefined) disk.bytesPerSecond = rate;
  if (sync !== undefined) disk.syncTime = sync;
  if (capacity !== undefined) disk.capacity = capacity;
  return disk;
}

function machineOf(raw: NonNullable<RawHost["machine"]>): Partial<Machine> {
  const machine: Partial<Mutable<Machine>> = {};
  const command = parseDuration(raw.command ?? "");
  const fork = parseDuration(raw["fork-per-gib"] ?? "");
  const childMin = parseDuration(raw["child-min"] ?? "");
  const childMax = parseDuration(raw["child-max"] ?? "");
  if (command !== undefined) machine.command = command;
  if (fork !== undefined) machine.forkPerGiB = fork;
  if (childMin !== undefined) machine.childMin = childMin;
  if (childMax !== undefined) machine.childMax = childMax;
  const save = parseSize(String(raw["save-rate"] ?? ""));
  const load = parseSize(String(raw["load-rate"] ?? ""));
  const flush = parseSize(String(raw["flush-rate"] ?? ""));
  if (save !== undefined) machine.saveBytesPerSecond = save;
  if (load !== undefined) machine.loadBytesPerSecond = load;
  if (flush !== undefined) machine.flushBytesPerSecond = flush;
  return machine;
}

export function readLinkSettings(raw: RawLinkSettings | undefined): Partial<LinkSettings> {
  const settings: Partial<Mutable<LinkSettings>> = {};
  if (raw === undefined) return settings;
  const latency = parseDuration(raw.latency ?? "");
  const jitter = parseDuration(raw.jitter ?? "");
  const bandwidth = parseSize(String(raw.bandwidth ?? ""));
  const loss = raw.loss === undefined ? undefined : parseShare(raw.loss);
  if (latency !== undefined) settings.latency = latency;
  if (jitter !== undefined) settings.jitter = jitter;
  if (bandwidth !== undefined) settings.bandwidth = bandwidth;
  if (loss !== undefined) settings.lossPpm = loss;
  if (raw.tail !== undefined)
    settings.tail = raw.tail.flatMap((row) => {
      const added = parseDuration(row?.added ?? "");
      return row === undefined || added === undefined ? [] : [{ weight: row.weight, added }];
    });
  return settings;
}

/** `0.1%`, `500ppm`, or a bare number of parts per million. */
function parseShare(share: string | number): number {
  if (typeof share === "number") return Math.round(share);
  const number = Number.parseFloat(share);
  return Math.round(share.endsWith("%") ? number * 10_000 : number);
}

/** Whole milliseconds, with a sign: what a wall clock is off by. */
export function parseOffset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const negative = text.startsWith("-");
  const size = parseDuration(negative ? text.slice(1) : text);
  if (size === undefined) return undefined;
  const whole = Math.round(size / 1_000);
  return negative && whole !== 0 ? -whole : whole;
}

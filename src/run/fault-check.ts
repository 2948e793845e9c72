/**
 * A fault that a program has written, held against what faults there are: its kind, the fields of that kind, and
 * what each of them may be. The compiler sees the kinds; what is a name, a range or a program in JavaScript is
 * seen here, before anything has happened.
 *
 * The ranges are those of scenario files (scenario/schema), so that either way in takes the same.
 */
import type { Fault, LinkSettings } from "../kernel/fault.js";
import { versions } from "../redis/version.js";
import { isAddress } from "../scenario/machine.js";
import { driftRange } from "../scenario/schema/values.js";
import { listed, suggestion } from "../scenario/suggest.js";
import type { Called } from "./called.js";
import { checkDuration, mistake, shown } from "./mistake.js";

/** Throws where the value is not what belongs there. */
type Rule = (value: unknown, where: string, called: Called) => void;
type Rules<F> = { readonly [Field in Exclude<keyof F, "kind">]-?: Rule };
type OfKind<Kind> = Extract<Fault, { readonly kind: Kind }>;

/** A hundred years, either way: as far as anybody's clock is off. */
const offsetMax = 100 * 365 * 86_400_000;

const aNode: Rule = (value, where, called) => called.check("node", value, where);
const aHost: Rule = (value, where, called) => called.check("host", value, where);
const aName: Rule = (value, where, called) => called.check("name", value, where);
const aDuration: Rule = (value, where) => checkDuration(where, value);
const aText = expected("a text", (value) => typeof value === "string");
const aSwitch = expected("true or false", (value) => typeof value === "boolean");
const anOffset = whole("whole milliseconds, at most a hundred years", -offsetMax, offsetMax);

const hosts: Rule = (value, where, called) => {
  if (!Array.isArray(value) || value.length === 0)
    throw mistake(where, `expected a list of hosts, not ${shownList(value)}`);
  for (const host of value) called.check("host", host, where);
};
const hostsOrAll = orNothing(hosts);
const direction = oneOf(["both", "to", "from"]);

const tailRules: Rules<LinkSettings["tail"][number]> = {
  weight: whole("a weight, a whole number from 0 on", 0),
  added: aDuration,
};

const linkRules: Rules<LinkSettings> = {
  latency: aDuration,
  jitter: aDuration,
  tail: (value, where, called) => {
    if (!Array.isArray(value)) throw mistake(where, `expected a list, not ${shown(value)}`);
    value.forEach((row: unknown, i) => {
      const at = `${where}.${i}`;
      if (!isMapping(row)) throw mistake(at, `expected a weight and a delay, not ${shown(row)}`);
      checkFields(row, tailRules, { what: "a delay", where: at, called, isWhole: true });
    });
  },
  bandwidth: whole("bytes a second, a whole number from 0 on", 0),
  lossPpm: whole("parts per million, a whole number from 0 to 1000000", 0, 1_000_000),
};

const rules: { readonly [Kind in Fault["kind"]]: Rules<OfKind<Kind>> } = {
  kill: { node: aNode, signal: oneOf(["KILL", "TERM", "INT"]) },
  restart: { node: aNode },
  install: {
    node: (value, where, called) => called.checkServer(value, "runs no version of Redis", where),
    program: oneOf(versions),
  },
  pause: { node: aNode },
  resume: { node: aNode },
  powerOff: { host: aHost },
  powerOn: { host: aHost, start: aSwitch },
  cut: {
    name: aText,
    a: hosts,
    b: hostsOrAll,
    direction,
    mode: oneOf(["drop", "reject"]),
  },
  heal: { name: orNothing(aText) },
  slow: {
    a: hosts,
    b: hostsOrAll,
    direction,
    settings: (value, where, called) => {
      if (!isMapping(value) || Object.keys(value).length === 0)
        throw mistake(
          where,
          `expected settings of a link, not ${isMapping(value) ? "an empty object" : shown(value)}`,
          listed(Object.keys(linkRules), "or"),
        );
      checkFields(value, linkRules, { what: "a link", where, called, isWhole: false });
    },
  },
  restore: { a: hosts, b: hostsOrAll },
  skew: {
    host: aHost,
    offset: anOffset,
    ppm: whole("parts per million, a whole number above -1000000", driftRange.min, driftRange.max),
  },
  unskew: { host: aHost },
  jump: { host: aHost, by: anOffset },
  fillDisk: { host: aHost },
  freeDisk: { host: aHost },
  fillMemory: { host: aHost },
  freeMemory: { host: aHost },
  slowDisk: {
    host: aHost,
    factor: whole("how many times as long, a whole number from 1 on", 1),
    added: aDuration,
  },
  restoreDisk: { host: aHost },
  wipeDisk: { host: aHost, prefix: aText },
  unresolve: { name: aName },
  resolve: {
    name: aName,
    ip: orNothing(
      expected("an IP address", (value) => typeof value === "string" && isAddress(value)),
    ),
  },
  starve: { host: aHost, time: aDuration },
};

/** Throws a ScenarioError where this is not a fault that the run can be given. */
export function checkFault(fault: Fault, called: Called): void {
  const given: unknown = fault;
  if (!isMapping(given)) throw mistake("fault", `expected a fault, not ${shown(given)}`, example);
  const { kind, ...fields } = given;
  if (typeof kind !== "string" || !isKind(kind)) {
    const hint = typeof kind === "string" ? suggestion(kind, Object.keys(rules)) : example;
    throw mistake("fault.kind", `no fault is of the kind ${shown(kind)}`, hint);
  }
  checkFields(fields, rules[kind], { what: `a ${kind}`, where: kind, called, isWhole: true });
}

const example = 'such as { kind: "kill", node: "r1", signal: "KILL" }';

function isKind(kind: string): kind is Fault["kind"] {
  return Object.hasOwn(rules, kind);
}

interface Given {
  readonly what: string;
  readonly where: string;
  readonly called: Called;
  /** A field that is left out counts as undefined; else as not asked for. */
  readonly isWhole: boolean;
}

function checkFields(
  given: Readonly<Record<string, unknown>>,
  allowed: Readonly<Record<string, Rule>>,
  { what, where, called, isWhole }: Given,
): void {
  const known = Object.keys(allowed);
  for (const field of Object.keys(given))
    if (!known.includes(field))
      throw mistake(`${where}.${field}`, `${what} has no ${field}`, suggestion(field, known));
  for (const [field, rule] of Object.entries(allowed))
    if (isWhole || Object.hasOwn(given, field)) rule(given[field], `${where}.${field}`, called);
}

function expected(what: string, holds: (value: unknown) => boolean): Rule {
  return (value, where) => {
    if (!holds(value)) throw mistake(where, `expected ${what}, not ${shown(value)}`);
  };
}

function oneOf(words: readonly string[]): Rule {
  return expected(listed(words, "or"), (value) => words.includes(value as string));
}

function whole(what: string, least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return expected(
    what,
    (value) => Number.isSafeInteger(value) && least <= Number(value) && Number(value) <= most,
  );
}

function orNothing(rule: Rule): Rule {
  return (value, where, called) => {
    if (value !== undefined) rule(value, where, called);
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shownList(value: unknown): string {
  return Array.isArray(value) ? "an empty one" : shown(value);
}

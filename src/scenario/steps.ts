/** Reads `steps`: when each acts, and what it does. */
import { microseconds, none } from "../kernel/time.js";
import { toBinary } from "../redis/wire/utf8.js";
import { type Action, type FaultTemplate, lasting } from "./action.js";
import type { Path, SourceDocument } from "./document.js";
import { parseDuration, type Span } from "./duration.js";
import { parseOffset, readLinkSettings } from "./machine.js";
import type { ScenarioStep } from "./scenario.js";
import { actionKeys, type RawStep } from "./schema/steps.js";
import type { RawScenario } from "./schema.js";
import { listed } from "./suggest.js";
import type { Trigger } from "./trigger.js";
import { newest, readVersion } from "./version.js";
import { noWait, type Vocabulary } from "./vocabulary.js";

type RawSteps = NonNullable<RawScenario["steps"]>;

/** The names of all steps, those that have none included: what it does and how often it was done before. */
export function stepNames(document: SourceDocument, raw: RawSteps): readonly string[] {
  const names: string[] = [];
  const counts = new Map<string, number>();
  raw.forEach((step, i) => {
    const key = actionKeys.find((each) => each in (step ?? {})) ?? "step";
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const name = step?.name ?? `${key}-${count}`;
    if (names.includes(name))
      document.problem(["steps", i, "name"], `two steps are called ${name}`);
    names.push(name);
  });
  return names;
}

export function readSteps(
  document: SourceDocument,
  raw: RawSteps,
  names: readonly string[],
  words: Vocabulary,
): readonly ScenarioStep[] {
  const steps = raw.flatMap((step, i) => {
    if (step === undefined) return [];
    const read = readStep(document, step, ["steps", i], names[i] ?? "", words);
    return read === undefined ? [] : [read];
  });
  checkOrder(document, raw, steps);
  return steps;
}

function readStep(
  document: SourceDocument,
  raw: RawStep,
  path: Path,
  name: string,
  words: Vocabulary,
): ScenarioStep | undefined {
  const keys = actionKeys.filter((key) => raw[key as keyof RawStep] !== undefined);
  const [key] = keys;
  if (key === undefined) {
    if (!document.isIncomplete(path, raw))
      document.problem(path, "this step does nothing", `it needs one of ${actionKeys.join(", ")}`);
    return undefined;
  }
  if (keys.length > 1)
    document.problemAtKey(
      [...path, keys[1] ?? ""],
      `a step does one thing, and this one does ${keys.length}: ${listed(keys)}`,
    );
  const action = readAction(document, raw, path, key, words);
  const when = readWhen(document, raw, path, words);
  const lasts = words.span([...path, "for"], raw.for);
  if (lasts !== undefined && (action.kind !== "fault" || !lasting.has(action.fault.kind)))
    document.problemAtKey([...path, "for"], `nothing undoes ${key}, so it cannot be given a for`);
  const every = words.span([...path, "repeat", "every"], raw.repeat?.every);
  return {
    name,
    where: document.where(path),
    trigger: when.trigger,
    wait: when.wait,
    lasts,
    repeat: { times: raw.repeat?.times ?? 1, every: every ?? noWait },
    action,
  };
}

function readWhen(
  document: SourceDocument,
  raw: RawStep,
  path: Path,
  words: Vocabulary,
): { readonly trigger: Trigger; readonly wait: Span } {
  if (raw.at !== undefined && raw.after !== undefined)
    document.problemAtKey([...path, "at"], "a step has either at or after, not both");
  const wait = words.span([...path, "wait"], raw.wait) ?? noWait;
  if (raw.after !== undefined) {
    const { trigger, wait: from } = words.trigger([...path, "after"], raw.after);
    return { trigger, wait: sum(wait, from ?? noWait) };
  }
  if (raw.at === undefined && !document.isIncomplete(path, raw))
    document.problem(path, "when does this step act?", "it needs at or after");
  return {
    trigger: { kind: "start" },
    wait: sum(wait, words.span([...path, "at"], raw.at) ?? noWait),
  };
}

function sum(a: Span, b: Span): Span {
  return { min: microseconds(a.min + b.min), max: microseconds(a.max + b.max) };
}

function readAction(
  document: SourceDocument,
  raw: RawStep,
  path: Path,
  key: string,
  words: Vocabulary,
): Action {
  if (key === "command" && raw.command !== undefined) {
    const { on, send, password } = raw.command;
    return {
      kind: "command",
      on: words.selector([...path, key, "on"], on, "node"),
      lines: [send].flat().map(toBinary),
      password: password === undefined ? undefined : toBinary(password),
    };
  }
  if (key === "look" && raw.look !== undefined) {
    const { look } = raw;
    const whole = typeof look === "string" || Array.isArray(look);
    return {
      kind: "look",
      on: words.selector(
        whole ? [...path, key] : [...path, key, "on"],
        whole ? look : look.on,
        "node",
      ),
      path: whole ? undefined : look.file,
    };
  }
  return { kind: "fault", fault: readFault(document, raw, path, key, words) };
}

/** The one key that is there has been found already; each case reads its value. */
function readFault(
  document: SourceDocument,
  raw: RawStep,
  path: Path,
  key: string,
  words: Vocabulary,
): FaultTemplate {
  const at = [...path, key];
  const node = (value: string | string[] | undefined) => words.selector(at, value ?? "", "node");
  const server = (value: string | string[] | undefined) => words.selector(at, value ?? "", "host");
  const host = (field: string, value: string | string[] | undefined) =>
    words.selector([...at, field], value ?? "", "host");
  const other = (value: string | string[] | undefined) =>
    value === undefined ? undefined : host("to", value);

  switch (key) {
    case "kill":
      return { kind: "kill", target: node(raw.kill), signal: "KILL" };
    case "terminate":
      return { kind: "kill", target: node(raw.terminate), signal: "TERM" };
    case "restart":
      return { kind: "restart", target: node(raw.restart) };
    case "install":
      return {
        kind: "install",
        target: words.selector([...at, "on"], raw.install?.on ?? "", "node"),
        program: readVersion(raw.install?.version) ?? newest,
      };
    case "pause":
      return { kind: "pause", target: node(raw.pause) };
    case "resume":
      return { kind: "resume", target: node(raw.resume) };
    case "power-off":
      return { kind: "powerOff", target: server(raw["power-off"]) };
    case "power-on":
      return { kind: "powerOn", target: server(raw["power-on"]), start: true };
    case "cut":
      return {
        kind: "cut",
        a: host("from", raw.cut?.from),
        b: other(raw.cut?.to),
        direction: raw.cut?.direction ?? "both",
        mode: raw.cut?.mode ?? "drop",
      };
    case "isolate":
      return { kind: "cut", a: server(raw.isolate), b: undefined, direction: "both", mode: "drop" };
    case "heal":
      return { kind: "heal", step: raw.heal === "all" ? undefined : words.step(at, raw.heal) };
    case "slow":
      return {
        kind: "slow",
        a: host("from", raw.slow?.from),
        b: other(raw.slow?.to),
        direction: raw.slow?.direction ?? "both",
        settings: readLinkSettings(raw.slow),
      };
    case "restore":
      return { kind: "restore", a: host("from", raw.restore?.from), b: other(raw.restore?.to) };
    case "skew":
      return {
        kind: "skew",
        target: host("on", raw.skew?.on),
        offset: readOffset(document, [...at, "offset"], raw.skew?.offset ?? "0s"),
        ppm: raw.skew?.drift ?? 0,
      };
    case "unskew":
      return { kind: "unskew", target: server(raw.unskew) };
    case "jump":
      return {
        kind: "jump",
        target: host("on", raw.jump?.on),
        by: readOffset(document, [...at, "by"], raw.jump?.by ?? "0s"),
      };
    case "fill-disk":
      return { kind: "fillDisk", target: server(raw["fill-disk"]) };
    case "free-disk":
      return { kind: "freeDisk", target: server(raw["free-disk"]) };
    case "fill-memory":
      return { kind: "fillMemory", target: server(raw["fill-memory"]) };
    case "free-memory":
      return { kind: "freeMemory", target: server(raw["free-memory"]) };
    case "slow-disk":
      return {
        kind: "slowDisk",
        target: host("on", raw["slow-disk"]?.on),
        factor: raw["slow-disk"]?.factor ?? 1,
        added: parseDuration(raw["slow-disk"]?.added ?? "") ?? none,
      };
    case "restore-disk":
      return { kind: "restoreDisk", target: server(raw["restore-disk"]) };
    case "wipe-disk":
      return {
        kind: "wipeDisk",
        target: host("on", raw["wipe-disk"]?.on),
        prefix: raw["wipe-disk"]?.under ?? "/",
      };
    case "starve":
      return {
        kind: "starve",
        target: host("on", raw.starve?.on),
        time: parseDuration(raw.starve?.time ?? "") ?? none,
      };
    case "unresolve":
      words.known(at, raw.unresolve ?? "", "name", words.words.names);
      return { kind: "unresolve", name: raw.unresolve ?? "" };
    default:
      words.known([...at, "name"], raw.resolve?.name ?? "", "name", words.words.names);
      return { kind: "resolve", name: raw.resolve?.name ?? "", ip: raw.resolve?.ip };
  }
}

function readOffset(document: SourceDocument, path: Path, text: string): number {
  const offset = parseOffset(text);
  if (offset === undefined)
    document.problem(path, `expected an offset such as 250ms or -2s, not ${text}`);
  return offset ?? 0;
}

/** A step that waits for itself, directly or through others, never acts. */
function checkOrder(document: SourceDocument, raw: RawSteps, steps: readonly ScenarioStep[]): void {
  const waitsFor = new Map<string, string | undefined>();
  for (const { name, trigger } of steps)
    if (!waitsFor.has(name)) waitsFor.set(name, trigger.kind === "step" ? trigger.step : undefined);
  for (const step of steps) {
    const seen = new Set<string>();
    for (let next = waitsFor.get(step.name); next !== undefined; next = waitsFor.get(next)) {
      if (next === step.name) {
        const i = raw.findIndex(
          (each, at) => each !== undefined && document.where(["steps", at]) === step.where,
        );
        document.problem(["steps", i, "after"], `step ${step.name} waits for itself`);
        break;
      }
      if (seen.has(next)) break;
      seen.add(next);
    }
  }
}

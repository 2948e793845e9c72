/**
 * The options of a run, held against what they may be: before a world is built from them. What else an object has
 * is left alone, so that what was read may be handed on (`new Run({ ...parsed, seed })`).
 */
import type { Actor } from "../kernel/actor.js";
import type { Level, Observer } from "../kernel/record.js";
import type { RunOptions } from "../run.js";
import { listed, suggestion } from "../scenario/suggest.js";
import { checkDuration, mistake, shown } from "./mistake.js";

const levels: readonly Level[] = ["notes", "wire", "steps"];

/** Throws a ScenarioError where one of them is not what it says it is. */
export function checkOptions(options: RunOptions): void {
  if (typeof options !== "object" || options === null)
    throw mistake("", `expected the options of a run, not ${shown(options)}`);
  const { scenario, seed, until, observers = [], program, outside } = options;
  if (!isScenario(scenario))
    throw mistake(
      "scenario",
      `expected a scenario, not ${shown(scenario)}`,
      "defineScenario makes one of an object or a text",
    );
  if (seed !== undefined && typeof seed !== "string")
    throw mistake("seed", `expected a text, not ${shown(seed)}`, 'such as "7"');
  if (until !== undefined) checkDuration("until", until);
  if (!Array.isArray(observers))
    throw mistake("observers", `expected a list of observers, not ${shown(observers)}`);
  observers.forEach(checkObserver);
  if (program !== undefined && typeof program !== "function")
    throw mistake("program", `expected a function, not ${shown(program)}`);
  const hosts = scenario.hosts.map(({ name }) => name);
  if (outside !== undefined && !hosts.includes(outside))
    throw mistake("outside", `no host is called ${shown(outside)}`, suggestion("", hosts));
}

/** The same, which tells whoever wrote it when it makes no factory, or that no actor. */
export function checkedProgram(
  program: NonNullable<RunOptions["program"]>,
): NonNullable<RunOptions["program"]> {
  return (node, usual) => {
    const factory = program(node, usual);
    if (typeof factory !== "function")
      throw mistake(
        "program",
        `expected a factory for ${node.name}, not ${shown(factory)}`,
        either,
      );
    return (context) => {
      const actor: unknown = factory(context);
      if (isActor(actor)) return actor;
      throw mistake("program", `expected an actor for ${node.name}, not ${shown(actor)}`, either);
    };
  };
}

const either = "usual is the factory of its own program, and usual(context) an actor";

function isActor(actor: unknown): actor is Actor {
  return typeof actor === "object" && actor !== null && "handle" in actor;
}

/** What is read, not what was written: that has no lists of hosts and nodes. */
function isScenario(scenario: unknown): boolean {
  if (typeof scenario !== "object" || scenario === null) return false;
  return ["hosts", "nodes", "clients", "steps"].every((key) =>
    Array.isArray((scenario as Readonly<Record<string, unknown>>)[key]),
  );
}

function checkObserver(observer: Observer, i: number): void {
  const where = `observers.${i}`;
  if (typeof observer !== "object" || observer === null)
    throw mistake(where, `expected an observer, not ${shown(observer)}`);
  if (!levels.includes(observer.level))
    throw mistake(
      `${where}.level`,
      `expected ${listed(levels, "or")}, not ${shown(observer.level)}`,
    );
  if (typeof observer.record !== "function")
    throw mistake(`${where}.record`, `expected a function, not ${shown(observer.record)}`);
}

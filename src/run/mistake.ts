/** How a program is told that it gave a run what cannot be: in the words in which a scenario is corrected. */
import { ScenarioError } from "../scenario/define.js";

/** `where`: the method, the option or the field of the fault that it was given as. */
export function mistake(where: string, what: string, hint?: string): ScenarioError {
  return new ScenarioError([hint === undefined ? { where, what } : { where, what, hint }]);
}

/** Throws where `value` is no span of virtual time. */
export function checkDuration(where: string, value: unknown): void {
  if (isDuration(value)) return;
  const hint = "whole microseconds from 0 on, as seconds(30) and milliseconds(500) make them";
  throw mistake(where, `expected a duration, not ${shown(value)}`, hint);
}

function isDuration(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Characters of a text that are repeated. */
const shownMax = 40;

/** A wrong value, in a sentence. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "string":
      return JSON.stringify(value.length > shownMax ? `${value.slice(0, shownMax)}...` : value);
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "a list" : "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

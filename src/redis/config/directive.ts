/**
 * What a directive of redis.conf is: the rows of `directive-table.ts`, how their values are read and
 * how they are written. One row is one `standardConfig` of config.c, with everything that differs
 * between the versions in it; the few directives with a syntax of their own are in
 * `special-directives.ts`.
 */
import type { Version } from "../version.js";
import { formatMemory, lowerCase, parseInteger, parseMemory, quote } from "../wire/text.js";
import type { ServerSettings } from "./settings.js";

/** The ends of C's 64 bit types, as near as numbers come: one more each. */
export const longMax = 4_294_967_296 * 2_147_483_648;
export const ulongMax = longMax * 2;

/** The value of a directive with an ordinary syntax. */
export type DirectiveValue = boolean | number | string;

export interface DirectiveOptions {
  /** The name it had, or still has besides; mostly the one with the word slave. */
  readonly alias?: string;
  /** The field of the settings; without one the directive is accepted and has no meaning here. */
  readonly sets?: keyof ServerSettings;
  /** It has no field, and is acted on all the same: who does so looks among the others. */
  readonly acts?: true;
  /** First and last version that knows it. */
  readonly since?: Version;
  readonly until?: Version;
  /** Not to be changed by CONFIG SET (`IMMUTABLE_CONFIG`). */
  readonly fixed?: "always" | "from 7.0";
  /** From 7.0 only with enable-protected-configs (`PROTECTED_CONFIG`). */
  readonly isProtected?: boolean;
  /** CONFIG SET is refused while loading (`DENY_LOADING_CONFIG`, from 7.0). */
  readonly deniedWhileLoading?: boolean;
  /** No pattern of CONFIG GET finds it (`HIDDEN_CONFIG`). */
  readonly hidden?: "from 7.0" | "from 7.2";
}

interface Row {
  readonly name: string;
  readonly options: DirectiveOptions;
}

export interface YesNoDirective extends Row {
  readonly kind: "yes-no";
  readonly default: boolean;
  readonly default62: boolean;
}

export interface NumberDirective extends Row {
  readonly kind: "number";
  readonly notation: "whole" | "memory" | "memory-or-percent" | "octal";
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

export interface TextDirective extends Row {
  readonly kind: "text";
  readonly default: string;
  /** An empty text is a value; otherwise it is no value at all, and CONFIG REWRITE drops the line. */
  readonly keepsEmpty: boolean;
  readonly check: ((value: string, version: Version) => string | undefined) | undefined;
}

export interface ChoiceDirective extends Row {
  readonly kind: "choice";
  readonly values: readonly string[];
  readonly default: string;
  readonly default62: string;
  /** Several values at once, written with blanks between them. */
  readonly combines: boolean;
  /** Another name for the same value. */
  readonly synonyms: Readonly<Record<string, string>>;
}

/** One with a syntax of its own; its name finds its code. */
export interface SpecialDirective extends Row {
  readonly kind: "special";
}

export type OrdinaryDirective = YesNoDirective | NumberDirective | TextDirective | ChoiceDirective;
export type Directive = OrdinaryDirective | SpecialDirective;

export function defaultOf(directive: OrdinaryDirective, version: Version): DirectiveValue {
  if (directive.kind === "yes-no" || directive.kind === "choice") {
    return version === "6.2" ? directive.default62 : directive.default;
  }
  return directive.default;
}

export type Read = { readonly value: DirectiveValue } | { readonly error: string };

/** The value that `args` say, or Redis's text for what is wrong with them (`interface.set`). */
export function readValue(
  directive: OrdinaryDirective,
  args: readonly string[],
  version: Version,
): Read {
  const text = args[0] ?? "";
  switch (directive.kind) {
    case "yes-no": {
      const word = lowerCase(text);
      if (word === "yes" || word === "no") return { value: word === "yes" };
      return { error: "argument must be 'yes' or 'no'" };
    }
    case "number":
      return readNumber(directive, text, version);
    case "text": {
      const error = directive.check?.(text, version);
      return error === undefined ? { value: text } : { error };
    }
    case "choice":
      return readChoice(directive, args, version);
  }
}

function readNumber(directive: NumberDirective, text: string, version: Version): Read {
  const value = numberIn(directive, text);
  if (value === undefined) {
    if (directive.notation === "octal" && version === "6.2") {
      return { error: "Invalid socket file permissions" };
    }
    return { error: notANumber[directive.notation] };
  }
  const { min, max } = directive;
  if (directive.notation === "memory-or-percent" && value < 0) {
    if (value >= min) return { value };
    return { error: `percentage argument must be less or equal to ${-min}` };
  }
  if (value >= min && value <= max) return { value };
  const [low, high] =
    directive.notation === "octal" ? [min.toString(8), max.toString(8)] : [bound(min), bound(max)];
  return { error: `argument must be between ${low} and ${high} inclusive` };
}

/** `numericParseString()` */
function numberIn(directive: NumberDirective, text: string): number | undefined {
  switch (directive.notation) {
    case "whole":
      return parseInteger(text);
    case "octal":
      return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
    case "memory":
      return parseMemory(text);
    case "memory-or-percent": {
      const percent = text.endsWith("%") ? parseInteger(text.slice(0, -1)) : undefined;
      // A percentage is kept as a negative number, as in C.
      if (percent !== undefined && percent >= 0) return 0 - percent;
      return parseMemory(text);
    }
  }
}

const notANumber: Readonly<Record<NumberDirective["notation"], string>> = {
  whole: "argument couldn't be parsed into an integer",
  memory: "argument must be a memory value",
  "memory-or-percent": "argument must be a memory or percent value",
  octal: "argument couldn't be parsed as an octal number",
};

/** A number as C writes it: JavaScript's numbers miss the ends of its types by one. */
function bound(value: number): string {
  if (value === longMax) return "9223372036854775807";
  if (value === ulongMax) return "18446744073709551615";
  return `${value}`;
}

function readChoice(directive: ChoiceDirective, args: readonly string[], version: Version): Read {
  const chosen = args.map(lowerCase);
  const isKnown = chosen.every((word) => directive.values.includes(word));
  if (!isKnown || chosen.length === 0 || (!directive.combines && chosen.length !== 1)) {
    const what = version === "6.2" ? "argument" : "argument(s)";
    return { error: `${what} must be one of the following: ${directive.values.join(", ")}` };
  }
  if (!directive.combines) {
    const word = chosen[0] ?? "";
    return { value: directive.synonyms[word] ?? word };
  }
  // isValidShutdownOnSigFlags()
  if (chosen.includes("save") && chosen.includes("nosave")) {
    return { error: "shutdown options SAVE and NOSAVE can't be used simultaneously" };
  }
  // The first value is no flag at all: it counts only when it stands alone.
  const flags = directive.values.slice(1).filter((word) => chosen.includes(word));
  return { value: flags.length === 0 ? directive.default : flags.join(" ") };
}

/** As CONFIG GET shows it (`interface.get`). */
export function formatValue(directive: OrdinaryDirective, value: DirectiveValue): string {
  if (directive.kind === "yes-no") return value === true ? "yes" : "no";
  if (directive.kind !== "number") return `${value}`;
  const number = Number(value);
  if (directive.notation === "octal") return number.toString(8);
  return number < 0 && directive.notation === "memory-or-percent" ? `${-number}%` : bound(number);
}

/** As CONFIG REWRITE writes it; undefined where the line must go (a text that is not set). */
export function rewrittenValue(
  directive: OrdinaryDirective,
  value: DirectiveValue,
): string | undefined {
  if (directive.kind === "text") {
    return value === "" && !directive.keepsEmpty ? undefined : quote(`${value}`);
  }
  if (
    directive.kind === "number" &&
    directive.notation.startsWith("memory") &&
    Number(value) >= 0
  ) {
    return formatMemory(Number(value));
  }
  return formatValue(directive, value);
}

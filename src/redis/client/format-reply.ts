/**
 * A reply as redis-cli prints it on a terminal, without the line's end (`cliFormatReplyTTY()`), or as
 * it is where the command's answer is a text for people, such as INFO's (`cliSendCommand()` decides,
 * `cliFormatReplyRaw()` prints).
 */
import { assertNever } from "../../kernel/assert.js";
import { quote } from "../wire/text.js";
import type { Aggregate, Value } from "../wire/value.js";

export function formatReply(args: readonly string[], reply: Value): string {
  const text = isPrintedRaw(args) ? formatRaw(reply) : formatTerminal(reply, "");
  return text.replace(/\r?\n$/, "");
}

function isPrintedRaw(args: readonly string[]): boolean {
  const [command = "", subcommand = ""] = args.map((arg) => arg.toLowerCase());
  switch (command) {
    case "info":
    case "lolwut":
      return true;
    case "debug":
      return ["htstats", "htstats-key", "client-eviction"].includes(subcommand);
    case "memory":
      return subcommand === "malloc-stats" || subcommand === "doctor";
    case "cluster":
      return args.length === 2 && (subcommand === "nodes" || subcommand === "info");
    case "client":
      return subcommand === "list" || subcommand === "info";
    case "latency":
      return (
        (args.length === 3 && subcommand === "graph") ||
        (args.length === 2 && subcommand === "doctor")
      );
    default:
      return false;
  }
}

function formatTerminal(reply: Value, prefix: string): string {
  switch (reply.kind) {
    case "error":
      return `(error) ${reply.text}\n`;
    case "status":
      return `${reply.text}\n`;
    case "integer":
      return `(integer) ${reply.value}\n`;
    case "double":
      return `(double) ${reply.text}\n`;
    case "bulk":
      return `${quote(reply.text)}\n`;
    case "verbatim":
      return `${reply.text}\n`;
    case "null":
      return "(nil)\n";
    case "boolean":
      return reply.value ? "(true)\n" : "(false)\n";
    case "array":
    case "map":
    case "set":
    case "push":
      return formatAggregate(reply, prefix);
    case "request":
      // An array of bulk strings that arrived as it was sent: a push or a message handed on.
      return reply.args.map((arg, i) => `${i + 1}) ${quote(arg)}\n`).join("");
    default:
      return assertNever(reply);
  }
}

/** Numbers are as wide as the largest; what is nested is indented by that and two more. */
function formatAggregate(reply: Aggregate, prefix: string): string {
  const { kind, items } = reply;
  if (items.length === 0) return `(empty ${kind === "map" ? "hash" : kind})\n`;
  const step = kind === "map" ? 2 : 1;
  const width = `${items.length / step}`.length;
  const inner = prefix + " ".repeat(width + 2);
  const mark = kind === "set" ? "~" : kind === "map" ? "#" : ")";
  let out = "";
  for (let i = 0; i < items.length; i += step) {
    const number = `${i / step + 1}`.padStart(width);
    out += `${i === 0 ? "" : prefix}${number}${mark} `;
    out += formatTerminal(items[i] as Value, inner);
    if (kind !== "map") continue;
    const value = items[i + 1] as Value;
    out = `${out.slice(0, -1)} => `;
    if (isMultiline(value)) out += `\n${inner}`;
    out += formatTerminal(value, inner);
  }
  return out;
}

/** `cliIsMultilineValueTTY()`. */
function isMultiline(value: Value): boolean {
  if (!("items" in value) || value.items.length === 0) return false;
  const step = value.kind === "map" ? 2 : 1;
  return value.items.length > step || isMultiline(value.items[step - 1] as Value);
}

function formatRaw(reply: Value): string {
  switch (reply.kind) {
    case "error":
      return `${reply.text}\n`;
    case "status":
    case "bulk":
    case "verbatim":
    case "double":
      return reply.text;
    case "integer":
      return `${reply.value}`;
    case "boolean":
      return reply.value ? "(true)" : "(false)";
    case "null":
      return "";
    case "request":
      return reply.args.join("\n");
    default:
      return reply.items.map(formatRaw).join("\n");
  }
}

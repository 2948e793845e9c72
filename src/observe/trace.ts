/**
 * A trace: one JSON object a line, self-contained. The first line holds all that a replay needs
 * (format, program, scenario and configuration texts, seed, overrides); the lines after it are the
 * records, in order; the last one holds the fingerprint, the number of steps and the verdicts.
 *
 * A line's `t` is virtual microseconds. docs/trace-format.md describes every line.
 */
import type { Level, RunRecord } from "../kernel/record.js";

/** Raised when a line changes its meaning; a reader refuses other versions. */
export const traceFormat = 1;

/** How every trace begins. */
export const traceMark = '{"kind":"redsim-trace"';

export interface TraceHeader {
  readonly kind: "redsim-trace";
  readonly format: number;
  /** The version of redsim that wrote it. */
  readonly program: string;
  readonly level: Level;
  readonly seed: string;
  /** Virtual microseconds after which the run was cut short (`--until`), if it was. */
  readonly until?: number;
  /** After its end all was healed (`--heal`): the trace goes on until all was well, or took too long. */
  readonly healed?: true;
  /** The run was served to real clients: how its addresses were made, and what was left out. */
  readonly served?: (
    | { readonly network: number }
    | { readonly announce: string; readonly portBase?: number | undefined }
  ) & {
    readonly bare: boolean;
    readonly reaches?: readonly string[] | undefined;
    readonly ahead?: number | undefined;
  };
  /** The run was that of stand-ins, on this machine; there was no scenario. */
  readonly host?: {
    readonly ips: readonly string[];
    readonly names: readonly { readonly name: string; readonly ip: string }[];
    readonly offset: number;
  };
  /** The scenario's file name and text, and the overrides of `--set`. */
  readonly scenario: { readonly name: string; readonly text: string };
  readonly set: readonly string[];
  /** The configuration files that the scenario names, by the path it uses. */
  readonly files: Readonly<Record<string, string>>;
}

export interface TraceEnd {
  readonly kind: "end";
  readonly t: number;
  readonly fingerprint: string;
  readonly steps: number;
  readonly expectations: readonly { readonly text: string; readonly holds: boolean }[];
  readonly laws: readonly { readonly law: string; readonly violations: number }[];
}

/** The line of a record. */
export function traceLine(record: RunRecord): string {
  switch (record.kind) {
    case "note": {
      const { kind, ...fields } = record.note;
      return JSON.stringify({ t: record.at, kind, node: record.node, ...fields });
    }
    case "fault": {
      const { kind, ...fields } = record.fault;
      return JSON.stringify({ t: record.at, kind: "fault", fault: kind, ...fields });
    }
    case "act":
      return JSON.stringify({ t: record.at, kind: "act", step: record.step, on: record.on });
    case "outside":
      return JSON.stringify({ t: record.at, kind: "outside", ...record.input });
    case "machine": {
      const { kind, at, ...fields } = record;
      return JSON.stringify({ t: at, kind, ...fields });
    }
    case "up":
      return JSON.stringify({ t: record.at, kind: "up", node: record.node, boot: record.boot });
    case "down":
      return JSON.stringify({ t: record.at, kind: "down", node: record.node, code: record.code });
    case "second":
      return JSON.stringify({ t: record.at, kind: "second", fingerprint: record.fingerprint });
    case "segment":
      return JSON.stringify({
        t: record.at,
        kind: "segment",
        from: record.from,
        to: record.to,
        bytes: record.bytes,
        payloads: record.payloads.map(payloadText),
      });
    case "step":
      return JSON.stringify({
        t: record.at,
        kind: "step",
        node: record.node,
        input: record.input,
        detail: record.detail,
      });
  }
}

/** Redis's values as short text: what a person wants to see of a segment. */
function payloadText(payload: unknown): string {
  const value = payload as {
    readonly kind?: string;
    readonly args?: readonly string[];
    readonly text?: string;
    readonly value?: number;
    readonly bytes?: string;
    readonly items?: readonly unknown[];
    readonly length?: number;
  };
  switch (value.kind) {
    case "request":
      return (value.args ?? []).join(" ");
    case "status":
      return `+${value.text}`;
    case "error":
      return `-${value.text}`;
    case "integer":
      return `:${value.value}`;
    case "bulk":
      return `$${value.text}`;
    case "null":
      return "(nil)";
    case "raw":
      return value.bytes ?? "";
    case "array":
    case "map":
    case "set":
    case "push":
      return `[${(value.items ?? []).map(payloadText).join(", ")}]`;
    default:
      return `${value.kind ?? "payload"} of ${value.length ?? 0} bytes`;
  }
}

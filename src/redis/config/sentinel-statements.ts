/**
 * What may follow the word `sentinel` in sentinel.conf, one entry a statement, as
 * `sentinelHandleConfiguration()` takes them: how many arguments, when it is read, what it changes.
 * Errors are Redis's own; numbers are read as loosely as atoi() does.
 */

import type { Version } from "../version.js";
import { leadingInteger, lowerCase } from "../wire/text.js";
import {
  type MonitoredMaster,
  monitoredMaster,
  type SentinelSettings,
} from "./sentinel-settings.js";

export interface Statement {
  /** How many arguments, the master's name among them. */
  readonly counts: readonly number[];
  readonly isOfMaster: boolean;
  readonly phase: 0 | 1 | 2;
  readonly since?: Version;
  /** `subject` is what is spoken of; the arguments are those behind its name. */
  read(subject: Subject, args: readonly string[]): string | undefined;
}

interface Subject {
  readonly sentinel: SentinelSettings;
  readonly master: MonitoredMaster;
  readonly version: Version;
}

/** `sentinelHandleConfiguration()`: undefined, or its error. */
export function readStatement(
  sentinel: SentinelSettings,
  line: readonly string[],
  version: Version,
): string | undefined {
  const [word = "", ...args] = line;
  const name = lowerCase(word);
  const statement = sentinelStatements.get(name);
  const isKnown = statement?.since === undefined || statement.since <= version;
  if (statement === undefined || !isKnown || !statement.counts.includes(args.length)) {
    return unrecognized;
  }
  if (name === "monitor") return monitor(sentinel, args);
  if (!statement.isOfMaster) {
    return statement.read({ sentinel, master: nobody, version }, args);
  }
  // The old form of known-sentinel, without an id, is passed over before its master is looked for.
  if (name === "known-sentinel" && args.length === 3) return undefined;
  const master = sentinel.masters.get(args[0] ?? "");
  if (master === undefined) return "No such master with specified name.";
  return statement.read({ sentinel, master, version }, args.slice(1));
}

export const unrecognized = "Unrecognized sentinel configuration statement.";
const nobody = monitoredMaster("", "", 0, 0);

function monitor(sentinel: SentinelSettings, args: readonly string[]): string | undefined {
  const [name = "", host = "", portText = "", quorumText = ""] = args;
  const quorum = leadingInteger(quorumText);
  if (quorum <= 0) return "Quorum must be 1 or greater.";
  const port = leadingInteger(portText);
  const refusal = addressError(sentinel, host, port);
  if (refusal !== undefined) return refusal;
  if (sentinel.masters.has(name)) return "Duplicate master name.";
  sentinel.masters.set(name, monitoredMaster(name, host, port, quorum));
  return undefined;
}

/** `createSentinelAddr()`; whether a name has an address is for the running Sentinel to find out. */
function addressError(sentinel: SentinelSettings, host: string, port: number): string | undefined {
  if (port < 0 || port > 65_535) return "Invalid port number.";
  return isAddress(host) || sentinel.resolveHostnames
    ? undefined
    : "Can't resolve instance hostname.";
}

/** As inet_pton() would take it: four numbers with dots, or anything with two colons. */
function isAddress(host: string): boolean {
  if (/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(host)) return true;
  const parts = host.split(".");
  return (
    parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) < 256)
  );
}

function ofMaster(count: number, read: Statement["read"]): Statement {
  return { counts: [count], isOfMaster: true, phase: 2, read };
}

function ofSentinel(
  read: (sentinel: SentinelSettings, value: string, version: Version) => string | undefined,
): Statement {
  return {
    counts: [1],
    isOfMaster: false,
    phase: 0,
    read: ({ sentinel, version }, [value = ""]) => read(sentinel, value, version),
  };
}

/** A time in ms that must be more than 0. */
function duration(set: (master: MonitoredMaster, value: number) => void): Statement {
  return ofMaster(2, ({ master }, [text = ""]) => {
    const value = leadingInteger(text);
    if (value <= 0) return "negative or zero time parameter.";
    set(master, value);
    return undefined;
  });
}

function assign(set: (master: MonitoredMaster, value: string) => void): Statement {
  return ofMaster(2, ({ master }, [value = ""]) => {
    set(master, value);
    return undefined;
  });
}

/** `name` is as the error tells it, which was mistyped in 6.2. */
function yesNo(
  what: (version: Version) => string,
  set: (sentinel: SentinelSettings, value: boolean) => void,
): Statement {
  return ofSentinel((sentinel, text, version) => {
    const word = lowerCase(text);
    if (word !== "yes" && word !== "no") return what(version);
    set(sentinel, word === "yes");
    return undefined;
  });
}

function yesOrNo(option: string): (version: Version) => string {
  return (version) =>
    `Please specify yes or ${version === "6.2" ? "not" : "no"} for the ${option} option.`;
}

const knownReplica: Statement = ofMaster(3, ({ sentinel, master }, [ip = "", portText = ""]) => {
  const port = leadingInteger(portText);
  const refusal = addressError(sentinel, ip, port);
  if (refusal !== undefined) return refusal;
  if (master.knownReplicas.some((known) => known.ip === ip && known.port === port)) {
    return "Duplicate hostname and port for replica.";
  }
  master.knownReplicas.push({ ip, port });
  return undefined;
});

const knownSentinel: Statement = {
  counts: [3, 4],
  isOfMaster: true,
  phase: 2,
  read({ sentinel, master }, [ip = "", portText = "", runId = ""]) {
    const port = leadingInteger(portText);
    const refusal = addressError(sentinel, ip, port);
    if (refusal !== undefined) return refusal;
    if (master.knownSentinels.some((known) => known.runId === runId)) {
      return "Duplicate runid for sentinel.";
    }
    master.knownSentinels.push({ ip, port, runId });
    return undefined;
  },
};

const renameCommand: Statement = ofMaster(3, ({ master }, [from = "", to = ""]) => {
  // The table's names are compared without regard to case (renamedCommandsDictType).
  const isTaken = [...master.renamedCommands.keys()].some(
    (old) => lowerCase(old) === lowerCase(from),
  );
  if (isTaken) return "Same command renamed multiple times with rename-command.";
  master.renamedCommands.set(from, to);
  return undefined;
});

const masterReboot: Statement = {
  ...ofMaster(2, ({ master }, [text = ""]) => {
    const value = leadingInteger(text);
    if (value < 0) return "negative time parameter.";
    master.masterRebootDownAfter = value;
    return undefined;
  }),
  since: "7.0",
};

export const sentinelStatements: ReadonlyMap<string, Statement> = new Map<string, Statement>([
  ["monitor", { counts: [4], isOfMaster: true, phase: 1, read: () => undefined }],
  [
    "down-after-milliseconds",
    duration((master, value) => {
      master.downAfter = value;
    }),
  ],
  [
    "failover-timeout",
    duration((master, value) => {
      master.failoverTimeout = value;
    }),
  ],
  [
    "parallel-syncs",
    assign((master, value) => {
      master.parallelSyncs = leadingInteger(value);
    }),
  ],
  [
    "notification-script",
    assign((master, value) => {
      master.notificationScript = value;
    }),
  ],
  [
    "client-reconfig-script",
    assign((master, value) => {
      master.clientReconfigScript = value;
    }),
  ],
  [
    "auth-pass",
    assign((master, value) => {
      master.authPass = value;
    }),
  ],
  [
    "auth-user",
    assign((master, value) => {
      master.authUser = value;
    }),
  ],
  [
    "config-epoch",
    ofMaster(2, ({ sentinel, master }, [value = ""]) => {
      master.configEpoch = leadingInteger(value);
      sentinel.currentEpoch = Math.max(sentinel.currentEpoch, master.configEpoch);
      return undefined;
    }),
  ],
  [
    "leader-epoch",
    assign((master, value) => {
      master.leaderEpoch = leadingInteger(value);
    }),
  ],
  ["known-slave", knownReplica],
  ["known-replica", knownReplica],
  ["known-sentinel", knownSentinel],
  ["rename-command", renameCommand],
  ["master-reboot-down-after-period", masterReboot],
  [
    "current-epoch",
    ofSentinel((sentinel, value) => {
      sentinel.currentEpoch = Math.max(sentinel.currentEpoch, leadingInteger(value));
      return undefined;
    }),
  ],
  [
    "myid",
    ofSentinel((sentinel, value) => {
      if (value.length !== 40) return "Malformed Sentinel id in myid option.";
      sentinel.myid = value;
      return undefined;
    }),
  ],
  [
    "announce-ip",
    ofSentinel((sentinel, value) => {
      if (value !== "") sentinel.announceIp = value;
      return undefined;
    }),
  ],
  [
    "announce-port",
    ofSentinel((sentinel, value) => {
      sentinel.announcePort = leadingInteger(value);
      return undefined;
    }),
  ],
  [
    "deny-scripts-reconfig",
    yesNo(
      () => "Please specify yes or no for the deny-scripts-reconfig options.",
      (sentinel, value) => {
        sentinel.denyScriptsReconfig = value;
      },
    ),
  ],
  [
    "sentinel-user",
    ofSentinel((sentinel, value) => {
      if (value !== "") sentinel.sentinelUser = value;
      return undefined;
    }),
  ],
  [
    "sentinel-pass",
    ofSentinel((sentinel, value) => {
      if (value !== "") sentinel.sentinelPass = value;
      return undefined;
    }),
  ],
  [
    "resolve-hostnames",
    yesNo(yesOrNo("resolve-hostnames"), (sentinel, value) => {
      sentinel.resolveHostnames = value;
    }),
  ],
  [
    "announce-hostnames",
    yesNo(yesOrNo("announce-hostnames"), (sentinel, value) => {
      sentinel.announceHostnames = value;
    }),
  ],
]);

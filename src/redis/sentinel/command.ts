/**
 * The SENTINEL command (`sentinelCommand()`): a table of its subcommands, each a function of the state and
 * the call. 6.2 checks the number of arguments by itself, later versions in the command table, and the
 * texts of the refusals differ.
 */
import type { Call } from "../server/command.js";
import { help, notInteger, unknownSubcommand } from "../server/replies.js";
import { globMatches } from "../wire/glob.js";
import { lowerCase, parseInteger } from "../wire/text.js";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullArray,
  nullBulk,
  ok,
  status,
  type Value,
} from "../wire/value.js";
import { configCommand } from "./config-command.js";
import { debugCommand } from "./debug-command.js";
import { voteLeader } from "./election.js";
import { event } from "./event.js";
import { startFailover } from "./failover.js";
import { flushReply } from "./flush.js";
import { sentinelHelp } from "./help.js";
import { currentMasterAddress, flag, type Instance } from "./instance.js";
import { instanceReply, instancesReply } from "./instance-reply.js";
import { resetMaster } from "./reset.js";
import { processId } from "./scripts.js";
import { selectReplica } from "./select.js";
import { setCommand } from "./set-command.js";
import type { SentinelState } from "./state.js";

interface Subcommand {
  /** Arguments with SENTINEL and the name; negative: at least so many. */
  readonly arity: number;
  /** 6.2's, where it is another. */
  readonly arity62?: number;
  readonly since70?: true;
  run(state: SentinelState, call: Call): Value | undefined;
}

const noSuchMaster = error("ERR No such master with that name");
const inProgress = error("INPROG Failover already in progress");
const noGoodReplica = error("NOGOODSLAVE No suitable replica to promote");

export function sentinelCommand(state: SentinelState, call: Call): Value | undefined {
  const typed = call.args[1] as string;
  const name = lowerCase(typed);
  const subcommand = subcommands.get(name);
  const { from70 } = state.behaviour;
  if (subcommand === undefined || (subcommand.since70 === true && !from70)) {
    return unknownSubcommand(call);
  }
  const { length } = call.args;
  const arity = from70 ? subcommand.arity : (subcommand.arity62 ?? subcommand.arity);
  if (arity >= 0 ? length === arity : length >= -arity) {
    state.disturb();
    return subcommand.run(state, call);
  }
  if (from70) return error(`ERR wrong number of arguments for 'sentinel|${name}' command`);
  // 6.2 looks for these two only with their own number of arguments.
  if (name === "myid" || name === "help") return unknownSubcommand(call);
  return error(`ERR Wrong number of arguments for 'sentinel ${typed}'`);
}

/** One that is about a master called by name: unknown names are refused. */
function ofMaster(
  run: (state: SentinelState, call: Call, master: Instance) => Value | undefined,
): Subcommand["run"] {
  return (state, call) => {
    const master = state.masters.get(call.args[2] as string);
    return master === undefined ? noSuchMaster : run(state, call, master);
  };
}

const replicas: Subcommand = {
  arity: 3,
  run: ofMaster((state, call, master) =>
    instancesReply(state, master.replicas.records, call.client.protocol),
  ),
};

const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  [
    "help",
    {
      arity: 2,
      run: (state, call) => array(help(call, sentinelHelp(state.behaviour)).map(status)),
    },
  ],
  ["myid", { arity: 2, run: (state) => bulk(state.myid) }],
  [
    "masters",
    {
      arity: 2,
      run: (state, call) => instancesReply(state, state.masters.records, call.client.protocol),
    },
  ],
  [
    "master",
    {
      arity: 3,
      run: ofMaster((state, call, master) => instanceReply(state, master, call.client.protocol)),
    },
  ],
  ["replicas", replicas],
  ["slaves", replicas],
  [
    "sentinels",
    {
      arity: 3,
      run: ofMaster((state, call, master) =>
        instancesReply(state, master.sentinels.records, call.client.protocol),
      ),
    },
  ],
  ["get-master-addr-by-name", { arity: 3, run: getMasterAddress }],
  ["is-master-down-by-addr", { arity: 6, run: isMasterDown }],
  ["reset", { arity: 3, run: reset }],
  ["failover", { arity: 3, run: ofMaster(failover) }],
  ["ckquorum", { arity: 3, run: ofMaster(checkQuorum) }],
  ["pending-scripts", { arity: 2, run: pendingScripts }],
  ["monitor", { arity: 6, run: monitor }],
  ["remove", { arity: 3, run: ofMaster(remove) }],
  ["set", { arity: -5, arity62: -3, run: ofMaster(setCommand) }],
  ["config", { arity: -3, run: configCommand }],
  ["flushconfig", { arity: 2, run: flushReply }],
  ["info-cache", { arity: -3, arity62: -2, run: infoCache }],
  ["simulate-failure", { arity: -3, arity62: -2, run: simulateFailure }],
  ["debug", { arity: -2, since70: true, run: debugCommand }],
]);

function getMasterAddress(state: SentinelState, call: Call): Value {
  const master = state.masters.get(call.args[2] as string);
  if (master === undefined) return nullArray(call.client.protocol);
  const address = currentMasterAddress(master);
  return array([bulk(state.addresses.text(address)), bulk(`${address.port}`)]);
}

/**
 * Is it down, and, with a run id, will you vote? The master is looked for by address. In TILT the answer
 * is always no, but votes are given.
 */
function isMasterDown(state: SentinelState, call: Call): Value {
  const [, , ip = "", portText = "", epochText = "", runId = ""] = call.args;
  const port = parseInteger(portText);
  const epoch = parseInteger(epochText);
  if (port === undefined || epoch === undefined) return notInteger;
  const master = state.instanceAt(state.masters, ip, port, undefined);
  const isDown = !state.tilt && master?.is(flag.subjectivelyDown) === true;
  let leader: string | undefined;
  let leaderEpoch = 0;
  if (master !== undefined && runId !== "*") {
    voteLeader(state, master, epoch, runId);
    leader = master.leader;
    leaderEpoch = master.leaderEpoch;
  }
  return array([integer(isDown ? 1 : 0), bulk(leader ?? "*"), integer(leaderEpoch)]);
}

/** `sentinelResetMastersByPattern()`: not saved until something else is. */
function reset(state: SentinelState, call: Call): Value {
  const pattern = call.args[2] as string;
  let count = 0;
  for (const master of state.masters.records) {
    if (!globMatches(pattern, master.name)) continue;
    resetMaster(state, master, false);
    event(state, "#", "+reset-master", master);
    state.noteNames(master);
    count++;
  }
  return integer(count);
}

function failover(state: SentinelState, _call: Call, master: Instance): Value {
  if (master.is(flag.failoverInProgress)) return inProgress;
  if (selectReplica(state, master) === undefined) return noGoodReplica;
  const level = state.behaviour.from72 ? "*" : "#";
  state.process.log(level, `Executing user requested FAILOVER of '${master.name}'`);
  startFailover(state, master);
  master.set(flag.forceFailover);
  return ok;
}

/** `sentinelIsQuorumReachable()`: here, and only here, it matters which Sentinels are up. */
function checkQuorum(_state: SentinelState, _call: Call, master: Instance): Value {
  let usable = 1;
  for (const sentinel of master.sentinels.records) {
    if (!sentinel.is(flag.subjectivelyDown)) usable++;
  }
  const majority = Math.floor((master.sentinels.size + 1) / 2) + 1;
  const missing: string[] = [];
  if (usable < master.quorum) missing.push("specified quorum for this master");
  if (usable < majority) missing.push("majority and authorize a failover");
  if (missing.length === 0) {
    const good = "Quorum and failover authorization can be reached";
    return status(`OK ${usable} usable Sentinels. ${good}`);
  }
  const why = missing.map((what) => `Not enough available Sentinels to reach the ${what}`);
  return error(`NOQUORUM ${usable} usable Sentinels. ${why.join(". ")}`);
}

/** `sentinelPendingScriptsCommand()` */
function pendingScripts(state: SentinelState, call: Call): Value {
  const now = state.now();
  const jobs = state.scripts.jobs.map(({ args, child, startTime, retries }) =>
    map(
      [
        ...[bulk("argv"), array(args.map(bulk))],
        ...[bulk("flags"), bulk(child === undefined ? "scheduled" : "running")],
        ...[bulk("pid"), bulk(`${child === undefined ? 0 : processId(state, child)}`)],
        ...(child === undefined
          ? [bulk("run-delay"), bulk(`${Math.max(startTime - now, 0)}`)]
          : [bulk("run-time"), bulk(`${now - startTime}`)]),
        ...[bulk("retry-num"), bulk(`${retries}`)],
      ],
      call.client.protocol,
    ),
  );
  return array(jobs);
}

function monitor(state: SentinelState, call: Call): Value {
  const [, , name = "", host = "", portText = "", quorumText = ""] = call.args;
  const quorum = parseInteger(quorumText);
  if (quorum === undefined) return error("ERR Invalid quorum");
  const port = parseInteger(portText);
  if (port === undefined) return error("ERR Invalid port");
  if (quorum <= 0) return error("ERR Quorum must be 1 or greater.");
  if (state.addresses.resolve(host) === undefined) {
    return error("ERR Invalid IP address or hostname specified");
  }
  const master = state.createMaster(name, host, port, quorum, undefined);
  if (typeof master === "string") {
    const texts = state.behaviour.from70 ? createErrors : createErrors62;
    return error(`ERR ${texts[master]}`);
  }
  const reply = flushReply(state);
  event(state, "#", "+monitor", master, ` quorum ${quorum}`);
  state.noteNames(master);
  return reply;
}

/** `sentinelCheckCreateInstanceErrors()` */
const createErrors = {
  duplicate: "Duplicate master name.",
  badPort: "Invalid port number.",
  unresolved: "Can't resolve instance hostname.",
} as const;

const createErrors62 = {
  duplicate: "Duplicated master name",
  badPort: "Invalid port number",
  unresolved: "Unspecified error adding the instance",
} as const;

function remove(state: SentinelState, _call: Call, master: Instance): Value {
  event(state, "#", "-monitor", master);
  state.masters.remove(master);
  state.release(master);
  return flushReply(state);
}

/** The last INFO of each master and its replicas, with its age; 6.2 without names: of all masters. */
function infoCache(state: SentinelState, call: Call): Value {
  const names = call.args.slice(2);
  const masters =
    names.length === 0
      ? state.masters.records
      : state.masters.records.filter((master) => names.includes(master.name));
  const items: Value[] = [];
  for (const master of masters) {
    const infos = [master, ...master.replicas.records].map((instance) => {
      const { info } = instance;
      const age = cacheAge(state, master, instance);
      return array([
        integer(age),
        info === undefined ? nullBulk(call.client.protocol) : bulk(info),
      ]);
    });
    items.push(bulk(master.name), array(infos));
  }
  return array(items);
}

/** From 7.0 on 0 before the first INFO: the master's first, also where a replica's age is asked for. */
function cacheAge(state: SentinelState, master: Instance, instance: Instance): number {
  if (state.behaviour.from70 && master.infoRefresh === 0) return 0;
  return state.now() - instance.infoRefresh;
}

function simulateFailure(state: SentinelState, call: Call): Value {
  state.crashAfterElection = false;
  state.crashAfterPromotion = false;
  for (const word of call.args.slice(2)) {
    const when = "Failure simulation: this Sentinel will crash after";
    switch (lowerCase(word)) {
      case "crash-after-election":
        state.crashAfterElection = true;
        state.process.log("#", `${when} being successfully elected as failover leader`);
        break;
      case "crash-after-promotion":
        state.crashAfterPromotion = true;
        state.process.log("#", `${when} promoting the selected replica to master`);
        break;
      case "help": {
        const help = array([bulk("crash-after-election"), bulk("crash-after-promotion")]);
        if (state.behaviour.from70) return help;
        // 6.2 goes on, and answers twice.
        state.process.reply(call.client, help);
        break;
      }
      default:
        return error("ERR Unknown failure simulation specified");
    }
  }
  return ok;
}

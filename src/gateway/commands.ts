/**
 * The command of the control port: `REDSIM KILL master`, `REDSIM ADVANCE 30s`. It is spoken and refused
 * as Redis's own container commands are, so that any client of Redis can break the cluster.
 */

import { array, bulk, error, integer, ok, pong, status, type Value } from "../redis/wire/value.js";
import { parseDuration } from "../scenario/duration.js";
import type { Breaker } from "./breaker.js";
import { Refusal } from "./breaker.js";
import type { EventLog } from "./event-log.js";
import type { Gateway } from "./gateway.js";

export interface Controlled {
  readonly gateway: Gateway;
  readonly breaker: Breaker;
  readonly events: EventLog;
}

interface Subcommand {
  /** Arguments behind the subcommand's own name. */
  readonly least: number;
  readonly most: number;
  readonly usage: string;
  readonly help: string;
  run(controlled: Controlled, args: readonly string[]): Value | Promise<Value>;
}

const hundred = 100;

/** A fault on whom a selector of several words means. */
function onTarget(
  usage: string,
  help: string,
  act: (breaker: Breaker, target: string) => readonly string[],
): Subcommand {
  return {
    least: 1,
    most: 8,
    usage,
    help,
    run: ({ breaker }, args) => names(act(breaker, args.join(" "))),
  };
}

const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["kill", onTarget("KILL <who>", "kill -9.", (breaker, who) => breaker.kill(who))],
  ["term", onTarget("TERM <who>", "kill -TERM.", (breaker, who) => breaker.kill(who, "TERM"))],
  [
    "restart",
    {
      least: 0,
      most: 8,
      usage: "RESTART [<who>]",
      help: "Start the node; without a name, all that are down.",
      run: ({ breaker }, args) =>
        names(args.length === 0 ? breaker.restart() : breaker.restart(args.join(" "))),
    },
  ],
  ["pause", onTarget("PAUSE <who>", "kill -STOP.", (breaker, who) => breaker.pause(who))],
  [
    "resume",
    {
      least: 0,
      most: 8,
      usage: "RESUME [<who>]",
      help: "kill -CONT; without a name, all that are paused.",
      run: ({ breaker }, args) =>
        names(args.length === 0 ? breaker.resume() : breaker.resume(args.join(" "))),
    },
  ],
  [
    "poweroff",
    onTarget("POWEROFF <who>", "The machine loses power.", (breaker, who) => breaker.powerOff(who)),
  ],
  ["poweron", onTarget("POWERON <who>", "It boots.", (breaker, who) => breaker.powerOn(who))],
  [
    "cut",
    {
      least: 2,
      most: 2,
      usage: "CUT <who> <who>",
      help: "No packet passes between the two machines.",
      run: ({ breaker }, [a = "", b = ""]) => names(breaker.cut(a, b)),
    },
  ],
  [
    "isolate",
    onTarget(
      "ISOLATE <who>",
      "Cut the machine off from everybody, real clients too.",
      (breaker, who) => breaker.cut(who),
    ),
  ],
  [
    "heal",
    {
      least: 0,
      most: 0,
      usage: "HEAL",
      help: "Undo all cuts.",
      run: ({ breaker }) => {
        breaker.heal();
        return ok;
      },
    },
  ],
  [
    "advance",
    {
      least: 1,
      most: 1,
      usage: "ADVANCE <duration>",
      help: "Move virtual time (500ms, 30s); answers once it has moved.",
      run: async ({ gateway }, [text = ""]) => {
        const span = parseDuration(text);
        if (span === undefined)
          throw new Refusal(`${text} is not a duration, such as 500ms or 30s`);
        await gateway.advance(span);
        return ok;
      },
    },
  ],
  [
    "speed",
    {
      least: 0,
      most: 1,
      usage: "SPEED [<factor>]",
      help: "Virtual seconds for each real one; 0 holds the clock.",
      run: ({ gateway }, [text]) => {
        if (text === undefined) return bulk(String(gateway.speed));
        const speed = speedOf(text);
        if (speed === undefined) throw new Refusal("value is not a valid speed");
        gateway.speed = speed;
        return ok;
      },
    },
  ],
  [
    "status",
    {
      least: 0,
      most: 0,
      usage: "STATUS",
      help: "The run, and each node, in the form of INFO.",
      run: (controlled) => bulk(statusText(controlled)),
    },
  ],
  [
    "events",
    {
      least: 0,
      most: 1,
      usage: "EVENTS [<count>]",
      help: "What has happened lately, oldest first.",
      run: ({ events }, [text]) => {
        const count = text === undefined ? hundred : Number(text);
        if (!Number.isSafeInteger(count) || count < 0)
          throw new Refusal("value is not an integer or out of range");
        return array(events.last(count).map(bulk));
      },
    },
  ],
  [
    "help",
    {
      least: 0,
      most: 0,
      usage: "HELP",
      help: "Print this help.",
      run: () => array(helpLines().map(status)),
    },
  ],
]);

/** Any finite number that is not negative. */
export function speedOf(text: string): number | undefined {
  const speed = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return speed >= 0 && speed <= 1_000_000 ? speed : undefined;
}

export async function execute(controlled: Controlled, args: readonly string[]): Promise<Value> {
  const [name = "", sub = "", ...rest] = args;
  switch (name.toLowerCase()) {
    case "redsim":
      break;
    case "ping":
      return args.length > 1 ? bulk(sub) : pong;
    // What redis-cli asks when it begins.
    case "command":
      return sub.toLowerCase() === "count" ? integer(1) : array([]);
    case "select":
    case "quit":
      return ok;
    default: {
      const shown = args.slice(1).map((each) => `'${each.slice(0, 128)}' `);
      return error(
        `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${shown.join("").slice(0, 128)}`,
      );
    }
  }
  if (args.length < 2) return error("ERR wrong number of arguments for 'redsim' command");
  const command = subcommands.get(sub.toLowerCase());
  if (command === undefined)
    return error(`ERR unknown subcommand '${sub.slice(0, 128)}'. Try REDSIM HELP.`);
  if (rest.length < command.least || rest.length > command.most)
    return error(`ERR wrong number of arguments for 'redsim|${sub.toLowerCase()}' command`);
  try {
    return await command.run(controlled, rest);
  } catch (refusal) {
    if (refusal instanceof Refusal) return error(`ERR ${refusal.message}`);
    throw refusal;
  }
}

function names(chosen: readonly string[]): Value {
  return array(chosen.map(bulk));
}

function helpLines(): string[] {
  const lines = [...subcommands.values()].flatMap(({ usage, help }) => [usage, `    ${help}`]);
  return ["REDSIM <subcommand> [<arg> ...]. Subcommands are:", ...lines];
}

function statusText({ gateway }: Controlled): string {
  const { run } = gateway;
  const lines = [
    "# Run",
    `scenario:${run.plan.file}`,
    `seed:${run.plan.seed}`,
    `time_ms:${Math.floor(run.now / 1_000)}`,
    `speed:${gateway.speed}`,
    `time_lost_ms:${Math.round(gateway.lost)}`,
    `steps:${run.steps}`,
    `fingerprint:${run.fingerprint}`,
    `connected_clients:${gateway.connections}`,
    `settled:${run.isSettled ? 1 : 0}`,
    "",
    "# Nodes",
  ];
  for (const { name, kind, groups } of run.plan.nodes) {
    const address = gateway.addressOf(name);
    const state = !run.isUp(name) ? "down" : run.isPaused(name) ? "paused" : "up";
    const [group] = groups;
    const role =
      kind === "sentinel" ? "sentinel" : run.masterOf(group) === name ? "master" : "replica";
    lines.push(`${name}:ip=${address?.ip},port=${address?.port},state=${state},role=${role}`);
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** SUBSCRIBE PSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE PUBLISH PUBSUB (`pubsub.c`). */
import { globMatches } from "../wire/glob.js";
import { array, bulk, integer, status, type Value } from "../wire/value.js";
import { type Call, type Command, flag } from "./command.js";
import { help, subcommandSyntaxError, unknownSubcommand, wrongSubcommandArity } from "./replies.js";

const subscriptionFlags =
  flag.pubsub | flag.noscript | flag.loading | flag.stale | flag.pubsubContext;

/** Each channel, or pattern, that is named has an answer of its own. */
function subscribing(name: string, one: (call: Call, to: string) => void): Command {
  return {
    name,
    arity: -2,
    flags: subscriptionFlags,
    run(call) {
      for (let i = 1; i < call.args.length; i++) one(call, call.args[i] as string);
      return undefined;
    },
  };
}

/** The same; where none is named, all there are. */
function unsubscribing(
  name: string,
  one: (call: Call, from: string) => void,
  each: (call: Call) => void,
): Command {
  const named = subscribing(name, one);
  return {
    ...named,
    arity: -1,
    run(call) {
      if (call.args.length === 1) each(call);
      return named.run(call);
    },
  };
}

/** `publishCommand()`: goes to replicas even though it changes nothing, with no subscriber too. */
const publish: Command = {
  name: "publish",
  arity: 3,
  flags: flag.pubsub | flag.loading | flag.stale | flag.fast | flag.mayReplicate,
  run(call) {
    const receivers = call.process.pubsub.publish(call.args[1] as string, call.args[2] as string);
    call.forcePropagation();
    return integer(receivers);
  },
};

/** `pubsubCommand()` */
function runPubSub(call: Call): Value {
  const { process, args } = call;
  const { channels, patterns } = process.pubsub;
  switch ((args[1] as string).toLowerCase()) {
    case "channels": {
      if (args.length > 3) return subcommandSyntaxError(call);
      const pattern = args[2];
      const names = [...channels.keys()].filter(
        (name) => pattern === undefined || globMatches(pattern, name),
      );
      return array(names.map(bulk));
    }
    case "numsub": {
      const items: Value[] = [];
      for (const name of args.slice(2)) {
        items.push(bulk(name), integer(channels.get(name)?.size ?? 0));
      }
      return array(items);
    }
    case "numpat":
      return args.length === 2 ? integer(patterns.size) : wrongSubcommandArity(call);
    case "help":
      return array(help(call, helpLines).map(status));
    default:
      return unknownSubcommand(call);
  }
}

const helpLines: readonly string[] = [
  "CHANNELS [<pattern>]",
  "    Return the currently active channels matching a <pattern> (default: '*').",
  "NUMPAT",
  "    Return number of subscriptions to patterns.",
  "NUMSUB [<channel> ...]",
  "    Return the number of subscribers for the specified channels, excluding",
  "    pattern subscriptions(default: no channels).",
];

/** What a Sentinel has too. */
export const subscriptionCommands: readonly Command[] = [
  subscribing("subscribe", ({ process, client }, channel) => {
    process.pubsub.subscribe(client, channel);
  }),
  unsubscribing(
    "unsubscribe",
    ({ process, client }, channel) => process.pubsub.unsubscribe(client, channel),
    ({ process, client }) => process.pubsub.unsubscribeFromEach(client),
  ),
  subscribing("psubscribe", ({ process, client }, pattern) => {
    process.pubsub.subscribePattern(client, pattern);
  }),
  unsubscribing(
    "punsubscribe",
    ({ process, client }, pattern) => process.pubsub.unsubscribePattern(client, pattern),
    ({ process, client }) => process.pubsub.unsubscribeFromEachPattern(client),
  ),
];

export const pubsubCommands: readonly Command[] = [
  ...subscriptionCommands,
  publish,
  {
    name: "pubsub",
    arity: -2,
    flags: flag.pubsub | flag.loading | flag.stale,
    run: runPubSub,
  },
];

import { describe, expect, test } from "vitest";
import type { Version } from "../../../src/redis/version.js";
import { World } from "./world.js";

/** One Sentinel that knows its master and nothing else, as in the recordings of the replies. */
function alone(version: Version, config: readonly string[] = []): World {
  const world = new World({ version, sentinels: 1, replicas: 0, config });
  world.run(500);
  return world;
}

function replies(version: Version, ...commands: readonly string[]): unknown[] {
  return alone(version).command("s1", ...commands);
}

const myid = "a".repeat(40);
const noMaster = "ERR>ERR No such master with that name";

describe("a Sentinel's own command", () => {
  // sentinelCommand(), as recorded from 7.0.15.
  test("answers as Redis 7.0 does", () => {
    const asked: readonly (readonly [string, unknown])[] = [
      ["SENTINEL", "ERR>ERR wrong number of arguments for 'sentinel' command"],
      ["SENTINEL foo", "ERR>ERR unknown subcommand 'foo'. Try SENTINEL HELP."],
      ["SENTINEL masters x", "ERR>ERR wrong number of arguments for 'sentinel|masters' command"],
      ["SENTINEL master", "ERR>ERR wrong number of arguments for 'sentinel|master' command"],
      ["SENTINEL master nope", noMaster],
      ["SENTINEL replicas mymaster", []],
      ["SENTINEL slaves nope", noMaster],
      ["SENTINEL sentinels mymaster", []],
      ["SENTINEL myid", myid],
      ["SENTINEL myid x", "ERR>ERR wrong number of arguments for 'sentinel|myid' command"],
      ["SENTINEL get-master-addr-by-name mymaster", ["10.0.0.1", "6379"]],
      ["SENTINEL get-master-addr-by-name nope", undefined],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 6379 0 *", [0, "*", 0]],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 1 0 *", [0, "*", 0]],
      [
        "SENTINEL is-master-down-by-addr 10.0.0.1 x 0 *",
        "ERR>ERR value is not an integer or out of range",
      ],
      ["SENTINEL is-master-down-by-addr nohost 1 0 *", [0, "*", 0]],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 6379 0 abc", [0, "*", 0]],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 6379 7 abc", [0, "abc", 7]],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 6379 7 def", [0, "abc", 7]],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 6379 6 def", [0, "abc", 7]],
      ["SENTINEL is-master-down-by-addr 10.0.0.1 6379 8 def", [0, "def", 8]],
      ["SENTINEL reset nope*", 0],
      ["SENTINEL failover nope", noMaster],
      ["SENTINEL failover mymaster", "ERR>NOGOODSLAVE No suitable replica to promote"],
      [
        "SENTINEL ckquorum mymaster",
        "ERR>NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master",
      ],
      ["SENTINEL set mymaster", "ERR>ERR wrong number of arguments for 'sentinel|set' command"],
      ["SENTINEL set mymaster quorum 0", "ERR>ERR Invalid argument '0' for SENTINEL SET 'quorum'"],
      ["SENTINEL set mymaster quorum 1", "OK"],
      [
        "SENTINEL ckquorum mymaster",
        "OK 1 usable Sentinels. Quorum and failover authorization can be reached",
      ],
      [
        "SENTINEL set mymaster quorum 1 foo 3",
        "ERR>ERR Unknown option or number of arguments for SENTINEL SET 'foo'",
      ],
      [
        "SENTINEL set mymaster down-after-milliseconds abc",
        "ERR>ERR Invalid argument 'abc' for SENTINEL SET 'down-after-milliseconds'",
      ],
      ["SENTINEL set mymaster failover-timeout 60000 down-after-milliseconds 20000", "OK"],
      ["SENTINEL set mymaster auth-pass sekret", "OK"],
      ["SENTINEL set mymaster auth-pass ", "OK"],
      ["SENTINEL set mymaster rename-command CONFIG CFG", "OK"],
      ["SENTINEL set mymaster rename-command CONFIG CONFIG", "OK"],
      ["SENTINEL set mymaster master-reboot-down-after-period 100", "OK"],
      [
        "SENTINEL set mymaster notification-script /bin/true",
        "ERR>ERR Reconfiguration of scripts path is denied for security reasons. Check the deny-scripts-reconfig configuration directive in your Sentinel configuration",
      ],
      ["SENTINEL config", "ERR>ERR wrong number of arguments for 'sentinel|config' command"],
      [
        "SENTINEL config get *",
        [
          ...["resolve-hostnames", "no", "announce-hostnames", "no", "announce-ip", ""],
          ...["announce-port", "0", "sentinel-user", "", "sentinel-pass", ""],
        ],
      ],
      [
        "SENTINEL config set announce-port 99999",
        "ERR>ERR Invalid value '99999' to SENTINEL CONFIG SET 'announce-port'",
      ],
      ["SENTINEL config set announce-port 0", "OK"],
      ["SENTINEL config set foo 1", "ERR>ERR Invalid argument 'foo' to SENTINEL CONFIG SET"],
      [
        "SENTINEL config foo bar",
        "ERR>ERR Only SENTINEL CONFIG GET <option> / SET <option> <value> are supported.",
      ],
      [
        "SENTINEL info-cache",
        "ERR>ERR wrong number of arguments for 'sentinel|info-cache' command",
      ],
      ["SENTINEL info-cache nope", []],
      ["SENTINEL pending-scripts", []],
      ["SENTINEL simulate-failure help", ["crash-after-election", "crash-after-promotion"]],
      ["SENTINEL simulate-failure foo", "ERR>ERR Unknown failure simulation specified"],
      ["SENTINEL simulate-failure crash-after-election", "OK"],
      [
        "SENTINEL debug foo 1",
        "ERR>ERR Unknown option or number of arguments for SENTINEL DEBUG 'foo'",
      ],
      [
        "SENTINEL debug info-period 0",
        "ERR>ERR Invalid argument '0' for SENTINEL DEBUG 'info-period'",
      ],
      ["SENTINEL monitor m2 10.0.0.1 6379 1", "OK"],
      ["SENTINEL monitor m2 10.0.0.1 6379 1", "ERR>ERR Duplicate master name."],
      ["SENTINEL monitor m3 notanip 1 1", "ERR>ERR Invalid IP address or hostname specified"],
      ["SENTINEL monitor m3 10.0.0.1 70000 1", "ERR>ERR Invalid port number."],
      ["SENTINEL monitor m3 10.0.0.1 0 1", "OK"],
      ["SENTINEL monitor m3 10.0.0.1 1 0", "ERR>ERR Quorum must be 1 or greater."],
      ["SENTINEL monitor m3 10.0.0.1 x 1", "ERR>ERR Invalid port"],
      ["SENTINEL monitor m3 10.0.0.1 1 x", "ERR>ERR Invalid quorum"],
      ["SENTINEL remove m3", "OK"],
      ["SENTINEL reset m*", 2],
      ["SENTINEL remove m2", "OK"],
      ["SENTINEL flushconfig", "OK"],
      ["ROLE", ["sentinel", ["mymaster"]]],
      ["PUBLISH foo bar", "ERR>ERR Only HELLO messages are accepted by Sentinel instances."],
      ["PUBLISH __sentinel__:hello bar", 1],
      ["PING", "PONG"],
      ["PING a", "a"],
      ["GET a", "ERR>ERR unknown command 'GET', with args beginning with: 'a' "],
    ];

    const got = replies("7.0", ...asked.map(([command]) => command));

    expect(got).toEqual(asked.map(([, reply]) => reply));
  });

  // The same as recorded from 6.2.1, where it differs.
  test("answers as Redis 6.2 does", () => {
    const asked: readonly (readonly [string, unknown])[] = [
      [
        "SENTINEL foo",
        "ERR>ERR Unknown subcommand or wrong number of arguments for 'foo'. Try SENTINEL HELP.",
      ],
      ["SENTINEL masters x", "ERR>ERR Wrong number of arguments for 'sentinel masters'"],
      [
        "SENTINEL myid x",
        "ERR>ERR Unknown subcommand or wrong number of arguments for 'myid'. Try SENTINEL HELP.",
      ],
      ["SENTINEL set mymaster", "OK"],
      [
        "SENTINEL set mymaster quorum",
        "ERR>ERR Unknown option or number of arguments for SENTINEL SET 'quorum'",
      ],
      [
        "SENTINEL set mymaster master-reboot-down-after-period 0",
        "ERR>ERR Unknown option or number of arguments for SENTINEL SET 'master-reboot-down-after-period'",
      ],
      ["SENTINEL simulate-failure", "OK"],
      [
        "SENTINEL debug",
        "ERR>ERR Unknown subcommand or wrong number of arguments for 'debug'. Try SENTINEL HELP.",
      ],
      ["SENTINEL monitor mymaster 10.0.0.1 6379 1", "ERR>ERR Duplicated master name"],
      ["SENTINEL monitor m3 10.0.0.1 70000 1", "ERR>ERR Invalid port number"],
      ["SENTINEL flushconfig x", "ERR>ERR Wrong number of arguments for 'sentinel flushconfig'"],
      ["PING a", "ERR>ERR wrong number of arguments for 'ping' command"],
    ];

    const got = replies("6.2", ...asked.map(([command]) => command));

    expect(got).toEqual(asked.map(([, reply]) => reply));
  });

  // sentinelConfigSetCommand() of 7.2: all pairs are checked before any is set.
  test("sets many settings at once, or none, from 7.2 on", () => {
    const world = alone("7.2");

    const got = world.command(
      "s1",
      "SENTINEL config set announce-port 7 loglevel loud",
      "SENTINEL config set announce-port 7 announce-port 8",
      "SENTINEL config get announce-port log*",
      "SENTINEL config set announce-port 7 loglevel debug",
      "SENTINEL config get announce-* announce-port loglevel",
    );

    expect(got).toEqual([
      "ERR>ERR Invalid value 'loud' to SENTINEL CONFIG SET 'loglevel'",
      "ERR>ERR Duplicate argument 'announce-port' to SENTINEL CONFIG SET",
      ["announce-port", "0", "loglevel", "notice"],
      "OK",
      ["announce-hostnames", "no", "announce-ip", "", "announce-port", "7", "loglevel", "debug"],
    ]);
  });

  // addReplySentinelRedisInstance(): the fields and their order.
  test("shows another Sentinel field by field", () => {
    const world = alone("7.0");
    const id = "e".repeat(40);
    const age = expect.stringMatching(/^[0-9]+$/);

    const [, shown] = world.command(
      "s1",
      `PUBLISH __sentinel__:hello 10.0.1.9,1234,${id},3,mymaster,10.0.0.1,6379,0`,
      "SENTINEL sentinels mymaster",
    );

    expect(shown).toEqual([
      [
        ...["name", id, "ip", "10.0.1.9", "port", "1234", "runid", id],
        ...["flags", "sentinel,disconnected", "link-pending-commands", "0"],
        ...["link-refcount", "1", "last-ping-sent", age, "last-ok-ping-reply", age],
        ...["last-ping-reply", age, "down-after-milliseconds", "3000"],
        ...["last-hello-message", age, "voted-leader", "?", "voted-leader-epoch", "0"],
      ],
    ]);
  });

  // sentinelSetCommand(): one event for each option; 7.0 does not show a password.
  test("says each setting that it changes, but no password", () => {
    const world = alone("7.0");

    world.command("s1", "SENTINEL set mymaster quorum 5 auth-pass sekret");

    expect(world.eventsOf("s1").filter((text) => text.startsWith("+set"))).toEqual([
      "+set master mymaster 10.0.0.1 6379 quorum 5",
      "+set master mymaster 10.0.0.1 6379 auth-pass ******",
    ]);
    expect(world.config("s1")).toContain("sentinel auth-pass mymaster sekret\n");
    expect(world.config("s1")).toContain("sentinel monitor mymaster 10.0.0.1 6379 5\n");
  });

  // sentinelInfoCommand()
  test("is described by an INFO section of its own", () => {
    const [info62] = alone("6.2").command("s1", "INFO sentinel");
    const [info70] = alone("7.0").command("s1", "INFO sentinel");
    const rest =
      "sentinel_running_scripts:0\r\nsentinel_scripts_queue_length:0\r\n" +
      "sentinel_simulate_failure_flags:0\r\n" +
      "master0:name=mymaster,status=ok,address=10.0.0.1:6379,slaves=0,sentinels=1\r\n";

    expect(info62).toBe(`# Sentinel\r\nsentinel_masters:1\r\nsentinel_tilt:0\r\n${rest}`);
    expect(info70).toBe(
      `# Sentinel\r\nsentinel_masters:1\r\nsentinel_tilt:0\r\nsentinel_tilt_since_seconds:-1\r\n${rest}`,
    );
  });

  // Their order changed with 7.0.
  test("shares four sections with a data server", () => {
    const titles = (version: Version): string[] => {
      const [info] = alone(version).command("s1", "INFO") as [string];
      expect(info).toContain("executable:/usr/local/bin/redis-sentinel");
      return info.split("\r\n").filter((line) => line.startsWith("# "));
    };

    expect(titles("6.2")).toEqual(["# Server", "# Clients", "# CPU", "# Stats", "# Sentinel"]);
    expect(titles("7.0")).toEqual(["# Server", "# Clients", "# Stats", "# CPU", "# Sentinel"]);
  });

  // addReplyHelp(): header, lines, footer.
  test("helps", () => {
    const [help] = replies("7.0", "SENTINEL help") as [string[]];

    expect(help[0]).toBe("SENTINEL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    expect(help.slice(-3)).toEqual([
      "    Simulate a Sentinel crash.",
      "HELP",
      "    Prints this help.",
    ]);
  });
});

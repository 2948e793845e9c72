import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesOf } from "../../../src/redis/config/config-files.js";
import {
  type ParsedRedisConfig,
  type ParseOptions,
  parseRedisConfig,
} from "../../../src/redis/config/parse-redis-config.js";

function parse(text: string, options: Partial<ParseOptions> = {}): ParsedRedisConfig {
  return parseRedisConfig({ path: "r1.conf", text }, { version: "7.0", ...options });
}

function problem(line: string, options: Partial<ParseOptions> = {}): string[] {
  return parse(line, options).problems.map(({ where, what, hint }) =>
    hint === undefined ? `${where} ${what}` : `${where} ${what} (${hint})`,
  );
}

describe("the walkthrough's redis.conf", () => {
  const text = readFileSync(
    join(import.meta.dirname, "../../data/walkthrough/conf-before/redis-6381.conf"),
    "utf8",
  );

  test.each(["6.2", "7.0", "7.2"] as const)("is understood by %s", (version) => {
    const { settings, problems, ignored } = parse(text, { version, directory: "/srv" });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      port: 6381,
      protectedMode: false,
      logfile: "6381.log",
      dir: "/srv/data",
      requirepass: "123456",
      masterauth: "123456",
      dbfilename: "dump-6381.rdb",
      replicaof: { host: "192.168.6.86", port: 6379 },
      replicaReadOnly: true,
      replTimeout: 60,
    });
    expect(ignored).toEqual([{ where: "r1.conf:4", directive: "pidfile" }]);
  });
});

// loadServerConfigFromString()
describe("a line of redis.conf", () => {
  test("may be quoted, commented and spelled in any case", () => {
    const { settings, problems } = parse('# Hi\n\n  PORT 7000 \r\nrequirepass "a b\\x21"\n');
    expect(problems).toEqual([]);
    expect(settings.port).toBe(7000);
    expect(settings.requirepass).toBe("a b!");
  });

  test("that is wrong is a problem in Redis's words, and all of them are found", () => {
    const text = ["potr 1", 'logfile "x', "port", "port x", "appendonly maybe", "port 70000"].join(
      "\n",
    );
    expect(problem(text)).toEqual([
      "r1.conf:1 Bad directive or wrong number of arguments (did you mean port?)",
      "r1.conf:2 Unbalanced quotes in configuration line",
      "r1.conf:3 wrong number of arguments",
      "r1.conf:4 argument couldn't be parsed into an integer",
      "r1.conf:5 argument must be 'yes' or 'no'",
      "r1.conf:6 argument must be between 0 and 65535 inclusive",
    ]);
  });

  test("is refused as each version refuses it", () => {
    const in62 = { version: "6.2" } as const;
    expect(problem("save 0 1")).toEqual(["r1.conf:1 Invalid save parameters"]);
    expect(problem("save 10", in62)).toEqual([]);
    expect(problem("replicaof x")).toEqual(["r1.conf:1 wrong number of arguments"]);
    expect(problem("replicaof x", in62)).toEqual([
      "r1.conf:1 Bad directive or wrong number of arguments",
    ]);
    expect(problem("replicaof x y")).toEqual(["r1.conf:1 Invalid master port"]);
    expect(problem("client-output-buffer-limit master 1 2 3", in62)[0]).toMatch(
      /Unrecognized client/,
    );
    expect(problem("dbfilename a/b")).toEqual([
      "r1.conf:1 dbfilename can't be a path, just a filename",
    ]);
    expect(problem("loglevel nothing")[0]).toMatch(/debug, verbose, notice, warning$/);
    expect(problem("loglevel nothing", { version: "7.2" })).toEqual([]);
    expect(problem("notify-keyspace-events Q", in62)).toEqual([
      "r1.conf:1 Invalid event class character. Use 'g$lshzxeA'.",
    ]);
    expect(problem("sentinel monitor m 1.1.1.1 1 1")).toEqual([
      "r1.conf:1 sentinel directive while not in sentinel mode",
    ]);
  });

  test("for a newer Redis says so", () => {
    expect(problem("shutdown-timeout 3", { version: "6.2" })).toEqual([
      "r1.conf:1 Bad directive or wrong number of arguments" +
        " (shutdown-timeout is new in 7.0; this node runs 6.2)",
    ]);
  });

  test("of dir starts from the working directory, each from the one before", () => {
    expect(parse("dir ./a\ndir ../b/\n", { directory: "/srv/redis" }).settings.dir).toBe(
      "/srv/redis/b",
    );
  });

  test("of save replaces the defaults once and then adds", () => {
    expect(parse("save 9 1\nsave 8 2\n").settings.save).toEqual([
      { seconds: 9, changes: 1 },
      { seconds: 8, changes: 2 },
    ]);
    expect(parse('save ""').settings.save).toEqual([]);
    expect(parse('save "9 1 8 2"').settings.save.length).toBe(2);
    expect(parse("port 1").settings.save.length).toBe(3);
  });

  test("by its old name sets the same", () => {
    const { settings } = parse(
      "slave-priority 7\nslaveof 10.0.0.1 6379\nrepl-ping-slave-period 3\n",
    );
    expect(settings.replicaPriority).toBe(7);
    expect(settings.replicaof).toEqual({ host: "10.0.0.1", port: 6379 });
    expect(settings.replPingReplicaPeriod).toBe(3);
    expect(parse("replicaof a 1\nreplicaof no one\n").settings.replicaof).toBeUndefined();
  });

  test("of rename-command and user is kept", () => {
    const isCommand = (name: string): boolean => ["config", "get", "set"].includes(name);
    const { settings } = parse('rename-command CONFIG ""\nuser bob on +@all\n', { isCommand });
    expect([...settings.renamedCommands]).toEqual([["config", ""]]);
    expect(settings.users).toEqual(["bob on +@all"]);
    expect(problem("rename-command nope x", { isCommand })).toEqual([
      "r1.conf:1 No such command in rename-command",
    ]);
    expect(problem("rename-command get set", { isCommand })).toEqual([
      "r1.conf:1 Target command name already exists",
    ]);
  });

  // ACLAppendUserForLoading()
  test("of user is checked as far as Redis checks it at once", () => {
    const at = (version: "6.2" | "7.0"): string[] =>
      problem("user bob on oops\nuser al #12\nuser al off\nuser al off", { version });
    const digest =
      "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
    expect(at("6.2")).toEqual([
      "r1.conf:1 Error in user declaration 'oops': Syntax error",
      `r1.conf:2 Error in user declaration '#12': ${digest}`,
    ]);
    expect(at("7.0")).toEqual([
      "r1.conf:1 Error in user declaration 'bob': Syntax error",
      `r1.conf:2 Error in user declaration 'user': ${digest}`,
      "r1.conf:4 Error in user declaration 'al': " +
        "Duplicate user found. A user can only be defined once in config files",
    ]);
  });

  test("of include needs somebody who reads files", () => {
    expect(problem("include a.conf")[0]).toMatch(/^r1.conf:1 include is not possible here/);
    const files = filesOf(new Map([["a.conf", "port 7\nhz x\ninclude a.conf\n"]]));
    const { settings, problems } = parse("include a.conf\ninclude b.conf", { files });
    expect(settings.port).toBe(7);
    expect(problems.map(({ where }) => where)).toEqual(["a.conf:2", "a.conf:3", "r1.conf:2"]);
  });
});

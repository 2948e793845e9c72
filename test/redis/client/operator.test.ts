import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { Operator } from "../../../src/redis/client/operator.js";
import { bulk } from "../../../src/redis/wire/value.js";
import { Alone } from "./alone.js";
import { server, serverAnswer } from "./peers.js";

function node(password?: string) {
  const world = new Alone();
  const r1 = server("master", password);
  world.peer("127.0.0.1:6379", serverAnswer(r1));
  const operator = new Operator(world.context());
  world.start(() => operator);
  const run = (...commands: string[]) => {
    operator.submit({
      step: "s",
      target: "r1",
      port: 6379,
      commands,
      timeout: milliseconds(100),
      ...(password === undefined ? {} : { password }),
    });
  };
  const show = (file: string) => {
    operator.submit({ step: "s", target: "r1", port: 6379, commands: [], file });
  };
  return { world, r1, run, show };
}

describe("the operator", () => {
  test("sends a session's lines over one connection and notes what redis-cli prints", () => {
    const { world, r1, run } = node("123456");

    run(`SET hello "big world"`, "GET hello", "get nothing", "DBSIZE");
    world.until(10);

    expect(world.notes[0]).toMatchObject({
      kind: "command",
      step: "s",
      target: "r1",
      command: `SET hello "big world"`,
      reply: "OK",
    });
    expect(world.lines).toEqual(["OK", '"big world"', "(nil)", "(integer) 1"]);
    expect(r1.heard.filter((command) => command.startsWith("AUTH"))).toHaveLength(1);
  });

  test("sees the server's refusal as a user of redis-cli does", () => {
    const { world, r1, run } = node();
    r1.role = "slave";

    run("SET hello spring", 'SET "hello');
    world.until(10);

    expect(world.lines).toEqual([
      "(error) READONLY You can't write against a read only replica.",
      "Invalid argument(s)",
    ]);
  });

  // cliConnect(), cliPrintContextError().
  test("is told when nobody listens, when the server goes, and when it does not answer", () => {
    const { world, run } = node();
    world.peer("127.0.0.1:6379", (args) => (args[0] === "PING" ? bulk("pong") : undefined));

    run("PING", "DEBUG SLEEP 1", "PING");
    world.until(50);
    world.end("127.0.0.1:6379", "fin");
    world.until(60);
    world.freeze("127.0.0.1:6379");
    world.end("127.0.0.1:6379", "fin", "up");
    run("PING");
    world.until(300);

    expect(world.lines).toEqual([
      '"pong"',
      "Error: Server closed the connection",
      "Could not connect to Redis at 127.0.0.1:6379: Connection refused",
      "Error: Resource temporarily unavailable",
    ]);
  });

  test("shows a file as it lies on the host, or says that there is none", () => {
    const { world, show } = node();
    world.files.set("redis.conf", "port 6379\n");

    show("redis.conf");
    show("sentinel.conf");
    world.until(10);

    expect(world.notes).toMatchObject([
      { command: "cat redis.conf", reply: "port 6379\n" },
      { command: "cat sentinel.conf", reply: "cat: sentinel.conf: No such file or directory" },
    ]);
  });

  test("prints nothing when SHUTDOWN ends the connection", () => {
    const { world, run } = node();
    world.peer("127.0.0.1:6379", () => undefined);

    run("shutdown nosave");
    world.until(10);
    world.end("127.0.0.1:6379", "fin");
    world.until(20);

    expect(world.notes).toMatchObject([{ command: "shutdown nosave", reply: "" }]);
  });
});

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HostDisk } from "../../src/kernel/disk.js";
import { milliseconds, start } from "../../src/kernel/time.js";
import { folderIdentity, MachineFiles } from "../../src/standin/files.js";

const folder = mkdtempSync(join(tmpdir(), "redsim-files-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

function disk(): HostDisk {
  const settings = { bytesPerSecond: 1_000_000, syncTime: milliseconds(1), capacity: 0 };
  return new HostDisk(settings, new MachineFiles(() => undefined));
}

describe("the disk of a machine that stands for a real one", () => {
  test("has the real one's text files, byte for byte", () => {
    writeFileSync(at("a.conf"), "dir ü\n");

    expect(disk().read(at("a.conf"))).toBe("dir \u00c3\u00bc\n");
    expect(disk().write(start, at("b.conf"), "\u00ff", 1)).toBe(true);
    expect([...readFileSync(at("b.conf"))]).toEqual([0xff]);
    expect(disk().rename(at("b.conf"), at("c.conf"))).toBe(true);
    expect(disk().read(at("b.conf"))).toBeUndefined();
    expect(disk().read("a.conf")).toBeUndefined();
  });

  test("fails where the real one does, in the words of strerror()", () => {
    mkdirSync(at("d"));
    writeFileSync(at("e"), "");
    const own = disk();

    expect(own.write(start, at("none/a.conf"), "", 0)).toBe(false);
    expect(own.error).toBe("No such file or directory");
    expect(own.rename(at("e"), at("d"))).toBe(false);
    expect(own.error).toBe("Is a directory");
    expect(own.rename(at("e"), at("e/f"))).toBe(false);
    expect(own.error).toBe("Not a directory");
  });

  test("keeps everything else to itself, but in the place of no directory", () => {
    mkdirSync(at("data"));
    const own = disk();
    const rdb = { keys: 1 };

    expect(own.write(start, at("dump.rdb"), rdb, 100)).toBe(true);
    expect(own.read(at("dump.rdb"))).toBe(rdb);
    expect(disk().read(at("dump.rdb"))).toBeUndefined();
    expect(own.write(start, at("data"), rdb, 100)).toBe(false);
    expect(own.rename(at("dump.rdb"), at("data"))).toBe(false);
    expect(own.error).toBe("Is a directory");
    expect(own.read(at("dump.rdb"))).toBe(rdb);
  });

  test("knows a program by its permission to be executed", () => {
    writeFileSync(at("run.sh"), "#!/bin/sh\n");
    writeFileSync(at("text.sh"), "#!/bin/sh\n");
    chmodSync(at("run.sh"), 0o755);
    chmodSync(at("text.sh"), 0o644);

    expect(disk().canExecute(at("run.sh"))).toBe(true);
    expect(disk().canExecute(at("text.sh"))).toBe(false);
    expect(disk().canExecute(folder)).toBe(false);
    expect(disk().canExecute("run.sh")).toBe(false);
  });
});

test("a folder that was made anew is another one", () => {
  mkdirSync(at("g"));
  const before = folderIdentity(at("g"));
  expect(folderIdentity(at("g"))).toBe(before);
  rmSync(at("g"), { recursive: true });
  expect(folderIdentity(at("g"))).toBe("");
  mkdirSync(at("g"));

  expect(folderIdentity(at("g"))).not.toBe(before);
});

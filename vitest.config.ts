import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/real/**"],
    globalSetup: ["test/build.ts"],
    testTimeout: 60_000,
    pool: "threads",
  },
});

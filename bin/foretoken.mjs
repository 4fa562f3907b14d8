#!/usr/bin/env node
try {
  await import("../dist/cli/main.js");
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
  // Started in a clone before it was set up: say what is missing, not where Node looked.
  console.error("foretoken: it is not built, or its packages are missing: run npm ci in its folder first");
  process.exitCode = 1;
}

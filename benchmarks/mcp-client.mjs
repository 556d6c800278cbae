// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright the Sandbar authors

// The protocol's official client at a server with the tool echo; does and prints what bench-mcp-client does with ours.
// Runs from a folder in which @modelcontextprotocol/sdk is installed.
// usage: node mcp-client.mjs stdio|sse|streamableHttp CALLS URL|PROGRAM…
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const WARM_UP = 200;
const IN_FLIGHT = 16;
const [kind, count, ...target] = process.argv.slice(2);
const calls = Number(count);

function makeTransport() {
  if (kind === 'stdio')
    return new StdioClientTransport({ command: target[0], args: target.slice(1), stderr: 'ignore' });
  const url = new URL(target[0]);
  return kind === 'sse' ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url);
}

async function callOnce(client, i) {
  const answer = await client.callTool({ name: 'echo', arguments: { message: `hello ${i}` } });
  if (answer.content[0].text !== `Echo: hello ${i}`)
    throw new Error(`echo: ${JSON.stringify(answer)}`);
}

async function callAll(client, n, atOnce) {
  const start = performance.now();
  let begun = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (begun < n)
      await callOnce(client, begun++);
  }));
  return performance.now() - start;
}

function cpuMilliseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function measure(client) {
  await callAll(client, WARM_UP, 1);
  const cpuBefore = cpuMilliseconds();
  const samples = [];
  for (let i = 0; i < calls; i++)
    samples.push(await callAll(client, 1, 1));
  const flight = await callAll(client, 2 * calls, IN_FLIGHT);
  const cpu = cpuMilliseconds() - cpuBefore;
  const memory = Number(/VmRSS:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  return [...samples.map(sample => `call\t${sample}`), `flight\t${flight / (2 * calls)}`,
    `cpu\t${cpu / (3 * calls)}`, `memory\t${memory}`];
}

const start = performance.now();
const client = new Client({ name: 'bench', version: '1' });
await client.connect(makeTransport());
const initialized = performance.now() - start;

console.log([`init\t${initialized}`, ...calls > 0 ? await measure(client) : []].join('\n'));
await client.close();
process.exit(0);

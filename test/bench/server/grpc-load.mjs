// Predict by grpc-js, always `concurrency` calls at a time. `node grpc-load.mjs PORT MESSAGE_FILE CONCURRENCY SECONDS` prints JSON.
// A second and a half goes before, uncounted: this client and the server, which has rested while others had their turn, are slow at first.
import { readFileSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';

const [port, file, concurrency, seconds] = process.argv.slice(2);
const message = readFileSync(file);
const asIs = (bytes) => bytes;
const clients = Array.from(
  { length: 4 },
  () => new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
);
const ready = (client) =>
  new Promise((done, fail) => client.waitForReady(Date.now() + 30_000, (error) => (error ? fail(error) : done())));
await Promise.all(clients.map(ready));
const times = [];
let failed = 0;
const start = performance.now() + 1500;
const end = start + Number(seconds) * 1000;
async function one(client) {
  while (performance.now() < end) {
    const began = performance.now();
    await new Promise((done) =>
      client.makeUnaryRequest('/tensorflow.serving.PredictionService/Predict', asIs, asIs, message, (error) => {
        if (error) failed++;
        else if (began >= start) times.push(performance.now() - began);
        done();
      }),
    );
  }
}
await Promise.all(Array.from({ length: Number(concurrency) }, (_, i) => one(clients[i % clients.length])));
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor((times.length - 1) * share)];
console.log(JSON.stringify({ rate: times.length / Number(seconds), p50: at(0.5), p99: at(0.99), failed }));
for (const client of clients) client.close();

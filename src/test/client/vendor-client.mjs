// A client of apiframe's API as teams write them, pointed at the gateway: uploads, submits, waits, receives and verifies a
// webhook, and meets each class of error. Plain fetch and node:crypto; nothing is installed.
//
//   GATEWAY_URL=http://localhost:8080 GATEWAY_KEY=kg_… node src/test/client/vendor-client.mjs
//
// The gateway must let webhooks go to localhost, as the local gateway does.
import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const baseUrl = process.env.GATEWAY_URL ?? 'http://localhost:8080';
const apiKey = process.env.GATEWAY_KEY ?? 'kg_demo_0000000000000000000000000000000000000000000';
const PATIENCE_MS = 60_000;
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==',
  'base64',
);

class ApiError extends Error {
  constructor(status, body, headers) {
    super(body.error);
    Object.assign(this, { status, body, requestId: headers.get('x-request-id'), retryAfter: headers.get('retry-after') });
  }
}

/** As the vendor's client does: JSON only if the content type says so, `error` as the message. */
async function call(method, path, { body, key = apiKey, headers = {} } = {}) {
  const answer = await fetch(baseUrl + path, {
    method,
    headers: {
      Accept: 'application/json',
      ...(key === null ? {} : { 'X-API-Key': key }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const isJson = (answer.headers.get('content-type') ?? '').includes('application/json');
  const json = isJson ? await answer.json() : {};
  if (!answer.ok) throw new ApiError(answer.status, json, answer.headers);
  return { status: answer.status, json, headers: answer.headers };
}

async function refused(status, code, promise) {
  const error = await promise.then(() => assert.fail(`expected a ${status}`), (thrown) => thrown);
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.status, status);
  assert.equal(error.body.code, code);
  assert.equal(typeof error.message, 'string');
  assert.ok(error.requestId, 'every error has a request id');
  return error;
}

const within = (promise, what) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come in time`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

async function waitForJob(id) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    const { json } = await call('GET', `/v2/jobs/${id}?wait=20`);
    if (['COMPLETED', 'FAILED', 'CANCELLED'].includes(json.status)) return json;
  }
  throw new Error(`job ${id} did not end in time`);
}

/** The vendor's scheme: HMAC-SHA256 of the raw body; its key is SHA-256 of the API key. */
function isGenuine(rawBody, header) {
  const expected = createHmac('sha256', createHash('sha256').update(apiKey).digest()).update(rawBody).digest();
  const offered = Buffer.from(header.replace(/^sha256=/, ''), 'hex');
  return offered.length === expected.length && timingSafeEqual(offered, expected);
}

/** The Standard Webhooks scheme, for receivers that refuse old messages; its secret is the same 32 bytes. */
function isGenuineByStandard(rawBody, headers) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) < 300, 'the message is fresh');
  const secret = createHash('sha256').update(apiKey).digest();
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
  return headers['webhook-signature'].split(' ').includes(`v1,${expected}`);
}

const deliveries = [];
const listeners = new Set();
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    deliveries.push({ headers: request.headers, rawBody: Buffer.concat(chunks) });
    response.writeHead(200).end();
    listeners.forEach((listener) => listener());
  });
});

function delivery(jobId, event) {
  return within(
    new Promise((resolve) => {
      const look = () => {
        const found = deliveries.find(
          ({ headers, rawBody }) => headers['x-webhook-event'] === event && JSON.parse(rawBody).jobId === jobId,
        );
        if (found) {
          listeners.delete(look);
          resolve(found);
        }
      };
      listeners.add(look);
      look();
    }),
    `the ${event} webhook of ${jobId}`,
  );
}

async function submitsWaitsAndIsTold(webhookUrl) {
  const order = { prompt: 'A red fox in fresh snow', model: 'kling-image', klingImageParams: { n: 2 }, webhookUrl };
  const idempotencyKey = randomUUID();
  const first = await call('POST', '/v2/images/generate', { body: order, headers: { 'Idempotency-Key': idempotencyKey } });
  assert.equal(first.status, 202);
  assert.equal(first.json.status, 'QUEUED');

  const again = await call('POST', '/v2/images/generate', { body: order, headers: { 'Idempotency-Key': idempotencyKey } });
  assert.equal(again.json.jobId, first.json.jobId, 'a replay is the same job');
  await refused(409, 'idempotency_conflict', call('POST', '/v2/images/generate', {
    body: { ...order, prompt: 'Another fox' }, headers: { 'Idempotency-Key': idempotencyKey },
  }));

  const job = await waitForJob(first.json.jobId);
  assert.equal(job.status, 'COMPLETED');
  assert.equal(job.result.images.length, 2);
  assert.equal(job.creditCost, 4);
  assert.equal(job.input.webhookUrl, webhookUrl);

  const told = await delivery(job.id, 'completed');
  assert.ok(isGenuine(told.rawBody, told.headers['x-webhook-signature']), 'the signature is good');
  assert.ok(!isGenuine(Buffer.concat([told.rawBody, Buffer.from(' ')]), told.headers['x-webhook-signature']));
  assert.ok(isGenuineByStandard(told.rawBody, told.headers), 'the standard signature is good');
  const news = JSON.parse(told.rawBody);
  assert.deepEqual([news.event, news.status, news.progress, news.creditCost], ['completed', 'COMPLETED', 100, 4]);
  assert.deepEqual(news.result, job.result);

  const listed = await call('GET', '/v2/jobs?limit=100');
  assert.ok(listed.json.jobs.some(({ id, expired }) => id === job.id && expired === false));
}

async function isToldOfFailures(webhookUrl) {
  for (const [prompt, status] of [['[fail] a fox', 'FAILED'], ['[cancel] a fox', 'CANCELLED']]) {
    const { json } = await call('POST', '/v2/images/generate', { body: { prompt, model: 'kling-image', webhookUrl } });
    const told = await delivery(json.jobId, 'failed');
    assert.ok(isGenuine(told.rawBody, told.headers['x-webhook-signature']));
    const news = JSON.parse(told.rawBody);
    assert.equal(news.status, status);
    assert.equal(typeof news.error, 'string');
    assert.equal((await call('GET', `/v2/jobs/${json.jobId}`)).json.creditCost, 0);
  }
}

async function streamsProgress() {
  const { json } = await call('POST', '/v2/images/generate', { body: { prompt: 'A heron', model: 'kling-image' } });
  const stream = await within(
    fetch(`${baseUrl}/v2/jobs/${json.jobId}/events`, { headers: { 'X-API-Key': apiKey, Accept: 'text/event-stream' } })
      .then((answer) => answer.text()),
    'the end of the stream',
  );
  const events = [...stream.matchAll(/^event: ?(.*)$/gm)].map(([, name]) => name);
  assert.equal(events[0], 'progress');
  assert.equal(events.at(-1), 'completed');
}

async function seesEachErrorClass() {
  const order = { prompt: 'A fox', model: 'kling-image' };
  const generate = (options) => call('POST', '/v2/images/generate', { body: order, ...options });
  const invalid = await refused(400, 'validation_failed', generate({ body: { ...order, klingImageParams: { n: 5 }, size: 1 } }));
  assert.deepEqual(Object.keys(invalid.body.details).sort(), ['klingImageParams.n', 'size']);
  await refused(400, 'malformed_json', generate({ body: '{' }));
  await refused(400, 'validation_failed', generate({ body: { ...order, model: 'midjourney' } }));
  const refusedUrl = await refused(400, 'validation_failed', generate({ body: { ...order, webhookUrl: 'http://example.com/hook' } }));
  assert.match(refusedUrl.body.details.webhookUrl[0], /https/);
  await refused(401, 'api_key_missing', generate({ key: null }));
  await refused(401, 'api_key_invalid', generate({ key: 'kg_nobody_knows_this_key' }));
  await refused(400, 'validation_failed', call('GET', '/v2/jobs/42'));
  await refused(404, 'not_found', call('GET', `/v2/jobs/${randomUUID()}`));
  const elsewhere = await refused(404, 'not_found', call('POST', '/v2/videos/generate', { body: order }));
  assert.match(elsewhere.message, /kling-image/);
  await refused(405, 'method_not_allowed', call('DELETE', '/v2/jobs'));
  await refused(413, 'body_too_large', generate({ body: { ...order, prompt: 'x'.repeat(70_000) } }));
  await refused(415, 'unsupported_media_type', generate({ headers: { 'Content-Type': 'text/plain' } }));
  if (process.env.GATEWAY_POOR_KEY) {
    const poor = await refused(402, 'insufficient_credits', generate({ key: process.env.GATEWAY_POOR_KEY }));
    assert.deepEqual([poor.body.creditsRequired, poor.body.creditsAvailable], [2, 0]);
  }
}

/** As the vendor's client sends a file, whatever it was given: the whole of it in a form, with no type unless one is named. */
async function upload(bytes, name, type) {
  const form = new FormData();
  form.append('file', new Blob([bytes], type ? { type } : {}), name);
  const answer = await fetch(`${baseUrl}/v2/uploads`, {
    method: 'POST',
    headers: { 'X-API-Key': apiKey, Accept: 'application/json' },
    body: form,
  });
  if (!answer.ok) throw new ApiError(answer.status, await answer.json(), answer.headers);
  return { status: answer.status, json: await answer.json() };
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function uploadsAReferenceImage() {
  const file = join(await mkdtemp(join(tmpdir(), 'upload-')), 'red-dot.png');
  await writeFile(file, PICTURE);
  const uploads = [
    await upload(await readFile(file), basename(file)),
    await upload(PICTURE, 'upload'),
    await upload(await readAll(createReadStream(file)), 'red-dot.png', 'image/jpeg'),
  ];
  for (const { status, json } of uploads) {
    assert.deepEqual([status, json.kind, json.contentType, json.byteSize], [201, 'image', 'image/png', PICTURE.length]);
    assert.ok(new Date(json.expiresAt) > new Date());
  }
  const { json } = await call('POST', '/v2/images/generate', {
    body: { prompt: 'The same dot in blue', model: 'kling-image', klingImageParams: { model_name: 'kling-v2', image: uploads[0].json.url } },
  });
  assert.equal((await waitForJob(json.jobId)).status, 'COMPLETED');
  await refused(415, 'unsupported_media_type', upload(Buffer.from('no picture at all'), 'a.png', 'image/png'));
  await refused(413, 'body_too_large', upload(Buffer.concat([PICTURE, Buffer.alloc(25 << 20)]), 'large.png'));
}

async function readsTheAccount() {
  const { json: me } = await call('GET', '/v2/me');
  assert.equal(typeof me.team.credits, 'number');
  assert.ok(apiKey.startsWith(me.apiKey.prefix));
  const { json: catalogue } = await call('GET', '/v2/models');
  assert.deepEqual(catalogue.models.map(({ id }) => id), ['kling-image']);
}

receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const webhookUrl = `http://localhost:${receiver.address().port}/hook`;
try {
  await Promise.all([
    submitsWaitsAndIsTold(webhookUrl),
    isToldOfFailures(webhookUrl),
    streamsProgress(),
    seesEachErrorClass(),
    uploadsAReferenceImage(),
    readsTheAccount(),
  ]);
  console.log(`ok: ${deliveries.length} webhooks received and verified`);
} finally {
  receiver.close();
  receiver.closeAllConnections();
}

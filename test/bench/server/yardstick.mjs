// The yardstick: bare fastify, JSON.parse, and an answer of the same size that was made before. `node yardstick.mjs PORT ANSWER`
import fastify from 'fastify';

const [port, answer] = process.argv.slice(2);
const app = fastify({ bodyLimit: 2 ** 30 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: 2 ** 30 }, (_request, body, done) =>
  done(null, JSON.parse(body)),
);
app.post('/predict', (request, reply) => {
  if (request.body.instances.length === 0) throw new Error('no instances');
  reply.type('application/json').send(answer);
});
await app.listen({ port: Number(port), host: '127.0.0.1' });

import type { FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { WebhookSender } from './webhook-sender';

/** Sends webhooks, if WEBHOOK_URL is set. */
const plugin: FastifyPluginCallback = (app, _options, done) => {
  const { settings, bus, runtime } = app.tetracast;
  const { webhookUrl: url, webhookSecret: secret } = settings;
  if (url !== '') {
    const sender = new WebhookSender({ queue: bus, url, secret, runtime, logger: app.log });
    sender.start();
    app.addHook('preClose', () => sender.close());
  }
  done();
};

export const webhooks = fp(plugin, {
  name: 'webhooks',
  fastify: '5.x',
  decorators: { fastify: ['tetracast'] },
  encapsulate: true,
});

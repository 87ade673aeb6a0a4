// dev-proxy.mjs PORT TARGET: what the development servers of create-react-app and webpack are, as far as a stream can tell.
import compression from 'compression';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [port, target] = process.argv.slice(2);
const proxy = createProxyMiddleware({ target, changeOrigin: true, ws: true });
const app = express().use(compression()).use(proxy);
app.listen(Number(port), '127.0.0.1').on('upgrade', proxy.upgrade);

// One visit by Node: visit.js '{"address", "host", "proxy", "tls12", "h2",
// "paths", "headers", "body", "pause", "early"}'. The proxy is SOCKS without a password.
'use strict';
const net = require('net');
const tls = require('tls');
const https = require('https');
const http2 = require('http2');

const job = JSON.parse(process.argv[2]);

function reach(done) {
	const bare = !job.proxy || job.proxy.startsWith('tcp:');
	const way = job.proxy ? new URL(job.proxy.replace(/^(socks5h|tcp):/, 'http:')) :
		{ hostname: job.address, port: 443 };
	const socket = net.connect({ host: way.hostname, port: +way.port });

	socket.setNoDelay(true);
	if (bare)
		return socket.once('connect', () => done(socket));
	socket.once('connect', () => socket.write(Buffer.from([5, 1, 0])));
	socket.once('data', () => {
		socket.write(Buffer.from([5, 1, 0, 1,
			...job.address.split('.').map(Number), 1, 0xbb]));
		socket.once('data', () => done(socket));
	});
}

function secured(done) {
	reach((socket) => {
		const secure = tls.connect({ socket, servername: job.host,
			rejectUnauthorized: false,
			maxVersion: job.tls12 ? 'TLSv1.2' : 'TLSv1.3',
			ALPNProtocols: job.h2 ? ['h2', 'http/1.1'] :
				['http/1.1'] }, () => done(secure));
	});
}

function fail(error) {
	console.error(String(error));
	process.exit(1);
}

function byHttp1(secure, paths) {
	if (paths.length === 0)
		return secure.end();
	const request = https.request({ createConnection: () => secure,
		host: job.host, path: paths[0],
		method: job.body ? 'POST' : 'GET',
		headers: { ...job.headers, Connection: 'keep-alive' } });

	request.on('error', fail);
	request.on('response', (answer) => {
		answer.resume();
		answer.on('end', () => byHttp1(secure, paths.slice(1)));
	});
	request.end(job.body ? 'u'.repeat(job.body) : undefined);
}

// As browsers do: a page, then what it names, at once or one by one.
function byHttp2(secure) {
	const session = http2.connect('https://' + job.host,
		{ createConnection: () => secure, settings: {
			headerTableSize: 65536, enablePush: false,
			initialWindowSize: 6291456 } });
	let open = job.paths.length;

	function ask(path) {
		const request = session.request({ ':path': path,
			':method': job.body ? 'POST' : 'GET', ...job.headers });

		request.resume();
		request.on('error', fail);
		request.on('end', () => --open || session.close());
		request.end(job.body ? 'u'.repeat(job.body) : undefined);
		return request;
	}

	session.on('error', fail);
	session.setLocalWindowSize(15728640);
	ask(job.paths[0]).once(job.early ? 'response' : 'end', () =>
		job.paths.slice(1).forEach((path, i) =>
			setTimeout(() => ask(path), i * job.pause)));
}

setTimeout(() => fail('too late'), 40000).unref();
secured((secure) => {
	secure.on('error', fail);
	if (secure.alpnProtocol === 'h2')
		byHttp2(secure);
	else
		byHttp1(secure, job.paths);
});

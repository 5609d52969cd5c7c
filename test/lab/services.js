// Services over HTTP/2 that no web server here offers: services.js ADDRESS
// PORT CERT KEY. Calls with small messages both ways, as of gRPC; pieces of a
// video; polls that wait; a file taken in with progress told.
'use strict';
const fs = require('fs');
const http2 = require('http2');

const [address, port, cert, key] = process.argv.slice(2);
const server = http2.createSecureServer({ cert: fs.readFileSync(cert),
	key: fs.readFileSync(key), allowHTTP1: true });

function number(query, name, otherwise) {
	return Number(query.get(name)) || otherwise;
}

server.on('stream', (stream, headers) => {
	const query = new URL(headers[':path'], 'https://x').searchParams;
	const size = number(query, 'n', 100);
	let got = 0;

	stream.on('error', () => {});
	setTimeout(() => {
		if (stream.destroyed)
			return;
		stream.respond({ ':status': 200,
			'content-type': 'application/grpc' }, { waitForTrailers: true });
		stream.on('wantTrailers', () =>
			stream.sendTrailers({ 'grpc-status': '0' }));
		if (!query.has('echo'))
			return stream.end(Buffer.alloc(size, 'x'));
		stream.on('data', (data) => {
			got += data.length;
			stream.write(Buffer.alloc(size, 'y'));
		});
		stream.on('end', () => stream.end());
	}, number(query, 'wait', 0));
});
server.listen(+port, address);

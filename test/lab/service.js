// A program that calls services over HTTP/2 (services.js): service.js
// '{"address", "port", "kind", "count", "pause", "size", "answer", "wait",
// "headers"}'.
'use strict';
const http2 = require('http2');

const job = JSON.parse(process.argv[2]);
const session = http2.connect('https://' + job.address + ':' + job.port,
	{ rejectUnauthorized: false, servername: 'api.example.com' });

function call(echo, body, done) {
	const stream = session.request({ ':method': 'POST', ':path':
		`/x?n=${job.answer}&wait=${job.wait}${echo ? '&echo=1' : ''}`,
		...job.headers });

	stream.on('error', () => {});
	stream.resume();
	stream.on('end', done);
	if (body)
		stream.end(Buffer.alloc(body, 'b'));
	return stream;
}

function next(left) {
	if (left === 0)
		return session.close();
	call(false, job.kind === 'upload' ? job.size * 500 : job.size,
		() => setTimeout(() => next(left - 1), job.pause));
}

function stream() {
	const one = call(true, 0, () => session.close());
	let left = job.count;
	const timer = setInterval(() => {
		if (left-- > 0)
			return one.write(Buffer.alloc(job.size, 'm'));
		clearInterval(timer);
		one.end();
	}, job.pause || 2);
}

session.on('error', (error) => {
	console.error(String(error));
	process.exit(1);
});
setTimeout(() => process.exit(1), 40000).unref();
if (job.kind === 'stream')
	stream();
else
	next(job.kind === 'video' ? Math.min(job.count, 6) : job.count);

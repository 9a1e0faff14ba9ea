import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pictures, fitting, isUpload, uploadAddress } from './pictures.js';

test('an upload is told from any other picture by its address', () => {
  for (const [address, expected] of [[uploadAddress('a'), true], ['/pictures/tee.svg', false], ['https://other.example/api/v1/uploads/a', false], [null, false], [7, false]]) {
    assert.equal(isUpload(address), expected, String(address));
  }
});

test('a picture is read once, and again after a failure', async () => {
  let reads = 0;
  let works = false;
  const pictures = new Pictures(async () => {
    reads += 1;
    if (!works) throw new Error('offline');
    return new Blob(['x']);
  });
  await assert.rejects(pictures.find('/a'));
  works = true;
  const url = await pictures.find('/a');
  assert.match(url, /^blob:/);
  assert.equal(await pictures.find('/a'), url);
  assert.equal(reads, 2);
  pictures.know('/b', 'blob:own');
  assert.equal(await pictures.find('/b'), 'blob:own');
  assert.equal(reads, 2);
});

test('a picture has its size before it is there', () => {
  const most = { width: 220, height: 240 };
  for (const [picture, expected] of [
    [{ width: 100, height: 80 }, { width: 100, height: 80 }],
    [{ width: 440, height: 330 }, { width: 220, height: 165 }],
    [{ width: 300, height: 4800 }, { width: 44, height: 240 }],
    [{ width: 4000, height: 2 }, { width: 220, height: 44 }],
    [{}, { width: 220, height: 165 }],
  ]) assert.deepEqual(fitting(picture, most), expected);
});

import { crc32 } from '../src/zip/crc32.js'
import { ZipLayout } from '../src/zip/write.js'

/**
 * The same value as PyTorch 2.13 writes it today (packed by zlib) and as it did before version 1.6:
 *
 *     base = torch.arange(6.).reshape(2, 3)
 *     emb = torch.nn.Parameter(torch.tensor([[1.5, -2.], [0.25, 4.]]))
 *     state = collections.OrderedDict([('embed.weight', emb), ('head.weight', emb), ('scale', torch.tensor(3))])
 *     state._metadata = collections.OrderedDict([('', {'version': 1})])
 *     {'model': state,
 *      'optimizer': {'state': {0: {'step': torch.tensor(5.), 'exp_avg': base.t()}},
 *                    'param_groups': [{'lr': 0.1, 'betas': (0.9, 0.999), 'foreach': None, 'params': [0, 1]}]},
 *      'base': base, 'column': base[:, 1], 'bf16': torch.tensor([1., -2.], dtype=torch.bfloat16),
 *      'flags': torch.tensor([True, False]), 'long': torch.tensor([2**63 - 1, -2**63]), 'size': base.shape,
 *      'dtype': torch.float16, 'device': torch.device('cuda', 1), 'layout': torch.strided, 'bytes': b'\x00\xff',
 *      'array': bytearray(b'ab'), 'set': {1, 2}, 'big': 2**70, 'counter': collections.Counter('aab'), 'bool': True}
 */
const ARCHIVE =
  'eNqlV11w1FQUzu6WbRtoKT9SQEUEf7YC7f53C8iWBbZqEEoQXdEas9nb3Uh2sye5KS26UsUtP/5RHxz1QZnxxRef1Rdl9FWd8U1nfPPBcXQGhhfH8UHvvUmXJLXU0kwz2STn+853zzn3nHRUCLVxXEcHN+/o4dZysqFU1Ak0UJKx3F8/peVz3dxJzzEdbAAXKawggKpeQhoEFEXXNKRgVa+Z/FGjhAxUOqgqmIdgnwihSGEVsUXVIir1n0ZquYKhTcE6cdQvWVjVTF4yUNFStZJUlw25ijAyeFixgAlGNVM3pIk4D+FIpNBOqE1iKZcRtNsQPq/pMj5uP+ShoxAgNlHoLITIValbwAttGFYeEzghKARnYBW5BGag62KFyu3GsFqEngvsZs15WCvCusJKgqwguaV/fWUdC4CpyBqCOypESWXO+2G9Vm4538Ccx6C3wgsBDBuJ074+29EmDJtFuNNqwF2FTmIkkYXLNOxwN3u/pUBzAvc0YCtb5QQyTBJhuFcImKZZZBi9jtWqegYZsK0B2+2kmFjGCO5rwP0C14AHIoU29hDV4UFbZ8WOSBwitqg+l6iHMOwQYSdziCbrkjxRhl0eWAL6CSyMYYAGMEQDGBUCQmgGYjZFHENChKRlsrSzjEplQ7fqJqTGIN2AwUghSN5oBmRGsl+8T48PmPIiCYAJQyPZP76lx3cj2Wt/fv/ThvM7ZmA3UzSuG0hWKrDnSCE8x23C3jF4OEK0BJAlW2y1RdlEsG9OdsURnLUzTpQOE90k4/ttwTkMB0Q4yChJJVvVGhzyY/PHyBqDTRgRQk14xMY9iuExEQTb43gsDYc9dZBjZRhLt2rhcRa/JBwhlEEMR5mcJowKgSYcsylFDMdFeIJFY1yTyyac8HLqutbie5LxpeApm6/g8D1N+U7afM9geFaEMSZRI3UJzzkLs+syDZKNfd7ByhRbtLEKhpIIyC4fUmMw7og4Tm54KNuhrDRBFeEFpriEp+oITjlm4/byedBYZEtoQlUQVJ239i0PNcavWCUZdJqTugjA7DV5SrcwGE4bMJGhypp6RqZdhpfKCEu2BQ9moYvYO2bYUEuoBLgJlggTdllNYWTCaUVSSLtSTB7V6A8eJllD4L75CqYcj1itxeDMDLwowksMKhuGPAUNRZJo8yGvJYmndOw5Dy9XJlkpy0U4WyG4aRFeacKrIpxj1CbC8JoHS57w0ByDmQgtJ9SE8yJcYLZFtQwXL3XOteJhVu+KbtVIM4RLng57wH7Kw+sNeCPCEinDm0KQ/SrCW0LAasLbIly2K5OUDMxesPpHhfaO2Rvtpz4nC6Pn6IJzoJc70JoD/WTPVWUsOd0nn8v6xsGSjxgV8tm1n89RufRcWMhmbvCmEKfLS6QKyrUqquF8LnE7WtJJKiB7Gn6jqQveUsAaLtsSQPOu0+GWz+1ZTgw0FWMNUQ3Nh3/ZRAsvfEsN3dw+z1QeiOZzu5chgOOuZgntVY6b3kfOYark+sf7/+5hXwC3VpL0Konlc9ElKwk5bNTvpR8//Z066ljE716v33g+l+Fuf/1X2JrRto/+ohukbRHfw17fiXxu77K2gM07TXMwTP6GaQ7mNPVe/nV2I3mxcRFNO72akvlc5H9rIp6vUl+7O49M3sb6U8tdf4Bl/svtXxcW33/dXM7rPZ3P7VtmA/rHPs46LqapGu5Q5vri9b+aS7TUtPrhwFLlJHjq8YcPyycWX/8WLn6zAbIAeOagpJbyuf4lCoimM0Op+FAqnRzMpOLRdCo1mIml0pnkUGIwmhhMJtND0VQiHaUqx26Er0SIjghTGaBiWzrds6RnnnL//xF+tHsA9HqQHWFuoenjJ3E38c0eklk3ybzJ4edxN+I1Hp617dz8AeCHu7tntwf+bjvn691+rLsDerFbO3zYmB/r7mBe7Ht+bNyPdXcaL3Z9pw+b8GPdncOL/cSPTfqx7n3v88v7sCk/1r1Lvdh3/Ni0H+veb6u9cV7J+Xe1H+zeBlu8jl3g/96go0I4vHNuO4d2tZBdvuugMxczq+bGY5h+AnK6o9b+UloRtjFdzN62/Rd5Utoa'
const LEGACY =
  'gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAn1xAChYBQAAAG1vZGVscQFjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQIpUnEDKFgMAAAAZW1iZWQud2VpZ2h0cQRjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3BhcmFtZXRlcgpxBWN0b3JjaC5fdXRpbHMKX3JlYnVpbGRfdGVuc29yX3YyCnEGKChYBwAAAHN0b3JhZ2VxB2N0b3JjaApGbG9hdFN0b3JhZ2UKcQhYDgAAADk0MjQzMDc1MDM2MDMycQlYAwAAAGNwdXEKSwROdHELUUsASwJLAoZxDEsCSwGGcQ2JaAIpUnEOdHEPUnEQiGgCKVJxEYdxElJxE1gLAAAAaGVhZC53ZWlnaHRxFGgTWAUAAABzY2FsZXEVaAYoKGgHY3RvcmNoCkxvbmdTdG9yYWdlCnEWWA4AAAA5NDI0MzA3NTExMTEzNnEXaApLAU50cRhRSwApKYloAilScRl0cRpScRt1fXEcWAkAAABfbWV0YWRhdGFxHWgCKVJxHlgAAAAAcR99cSBYBwAAAHZlcnNpb25xIUsBc3NzYlgJAAAAb3B0aW1pemVycSJ9cSMoWAUAAABzdGF0ZXEkfXElSwB9cSYoWAQAAABzdGVwcSdoBigoaAdoCFgOAAAAOTQyNDMwNzUyNDM2ODBxKGgKSwFOdHEpUUsAKSmJaAIpUnEqdHErUnEsWAcAAABleHBfYXZncS1oBigoaAdoCFgOAAAAOTQyNDMxNjE2MzExNjhxLmgKSwZOdHEvUUsASwNLAoZxMEsBSwOGcTGJaAIpUnEydHEzUnE0dXNYDAAAAHBhcmFtX2dyb3Vwc3E1XXE2fXE3KFgCAAAAbHJxOEc/uZmZmZmZmlgFAAAAYmV0YXNxOUc/7MzMzMzMzUc/7/fO2RaHK4ZxOlgHAAAAZm9yZWFjaHE7TlgGAAAAcGFyYW1zcTxdcT0oSwBLAWV1YXVYBAAAAGJhc2VxPmgGKChoB2gIWA4AAAA5NDI0MzE2MTYzMTE2OHE/aApLBk50cUBRSwBLAksDhnFBSwNLAYZxQoloAilScUN0cURScUVYBgAAAGNvbHVtbnFGaAYoKGgHaAhYDgAAADk0MjQzMTYxNjMxMTY4cUdoCksGTnRxSFFLAUsChXFJSwOFcUqJaAIpUnFLdHFMUnFNWAQAAABiZjE2cU5oBigoaAdjdG9yY2gKQkZsb2F0MTZTdG9yYWdlCnFPWA4AAAA5NDI0MzA3NTExMTI0OHFQaApLAk50cVFRSwBLAoVxUksBhXFTiWgCKVJxVHRxVVJxVlgFAAAAZmxhZ3NxV2gGKChoB2N0b3JjaApCb29sU3RvcmFnZQpxWFgOAAAAOTQyNDMwNzUyNDU2MTZxWWgKSwJOdHFaUUsASwKFcVtLAYVxXIloAilScV10cV5ScV9YBAAAAGxvbmdxYGgGKChoB2gWWA4AAAA5NDI0MzA3NTI0NjI1NnFhaApLAk50cWJRSwBLAoVxY0sBhXFkiWgCKVJxZXRxZlJxZ1gEAAAAc2l6ZXFoY3RvcmNoClNpemUKcWlLAksDhnFqhXFrUnFsWAUAAABkdHlwZXFtY3RvcmNoCmZsb2F0MTYKcW5YBgAAAGRldmljZXFvY3RvcmNoCmRldmljZQpxcFgEAAAAY3VkYXFxSwGGcXJScXNYBgAAAGxheW91dHF0Y3RvcmNoLnNlcmlhbGl6YXRpb24KX2dldF9sYXlvdXQKcXVYDQAAAHRvcmNoLnN0cmlkZWRxdoVxd1JxeFgFAAAAYnl0ZXNxeWNfY29kZWNzCmVuY29kZQpxelgDAAAAAMO/cXtYBgAAAGxhdGluMXF8hnF9UnF+WAUAAABhcnJheXF/Y19fYnVpbHRpbl9fCmJ5dGVhcnJheQpxgGh6WAIAAABhYnGBaHyGcYJScYOFcYRScYVYAwAAAHNldHGGY19fYnVpbHRpbl9fCnNldApxh11xiChLAUsCZYVxiVJxilgDAAAAYmlncYuKCQAAAAAAAAAAQFgHAAAAY291bnRlcnGMY2NvbGxlY3Rpb25zCkNvdW50ZXIKcY19cY4oWAEAAABhcY9LAlgBAAAAYnGQSwF1hXGRUnGSWAQAAABib29scZOIdS6AAl1xAChYDgAAADk0MjQzMDc1MDM2MDMycQFYDgAAADk0MjQzMDc1MTExMTM2cQJYDgAAADk0MjQzMDc1MTExMjQ4cQNYDgAAADk0MjQzMDc1MjQzNjgwcQRYDgAAADk0MjQzMDc1MjQ1NjE2cQVYDgAAADk0MjQzMDc1MjQ2MjU2cQZYDgAAADk0MjQzMTYxNjMxMTY4cQdlLgQAAAAAAAAAAADAPwAAAMAAAIA+AACAQAEAAAAAAAAAAwAAAAAAAAACAAAAAAAAAIA/AMABAAAAAAAAAAAAoEACAAAAAAAAAAEAAgAAAAAAAAD/////////fwAAAAAAAACABgAAAAAAAAAAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA='

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

export async function archiveFile(): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([fromBase64(ARCHIVE)]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

export function legacyFile(): Uint8Array<ArrayBuffer> {
  return fromBase64(LEGACY)
}

/** Bytes of a text in which every character is one. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** A zip archive of uncompressed records. */
export function zipOf(records: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const layout = new ZipLayout()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (const [name, content] of Object.entries(records))
    chunks.push(layout.header(name, content.length, crc32(content)).slice(), content.slice())
  chunks.push(layout.directory().slice())
  const file = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    file.set(chunk, at)
    at += chunk.length
  }
  return file
}

/** A checkpoint with any pickle, right or wrong; a text is a pickle without its first two bytes and the last one. */
export function checkpointOf(
  pickle: string | Uint8Array,
  records: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array<ArrayBuffer> {
  const bytes = typeof pickle === 'string' ? latin1(`\x80\x02${pickle}.`) : pickle
  return zipOf({ 'x/data.pkl': bytes, ...records, 'x/version': latin1('3\n') })
}

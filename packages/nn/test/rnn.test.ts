import { manualSeed, ones, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell, utils } from '../src/index.js'
import { expectClose } from './close.js'

const { packPaddedSequence, padPackedSequence } = utils.rnn

describe('recurrent layers give what PyTorch gives', () => {
  test('LSTM: two layers, two directions, batch first, dropout between the layers', () => {
    manualSeed(3)
    const lstm = new LSTM(2, 3, { numLayers: 2, bidirectional: true, batchFirst: true, dropout: 0.5 })
    const x = randn([2, 4, 2], { requiresGrad: true })
    const [out, [h, c]] = lstm(x)
    out.sum().add(h.sum()).add(c.sum()).backward()
    expect(out.shape).toEqual([2, 4, 6])
    expectClose(
      out,
      [
        0.104159243, -0.130462334, -0.0949639827, -0.138401076, -0.00873838086, 0.012499677, 0.186854541, -0.296465427,
        -0.243498161, -0.103130549, -0.0454511233, -0.0241223462, 0.200516805, -0.279686838, -0.160969064,
        -0.0857977346, 0.00222596386, 0.0159633867, 0.259821922, -0.306296408, -0.133608401, -0.0361226536,
        -0.0277098212, -0.00961359777, 0.0891067311, -0.272798419, -0.151231155, -0.18416132, -0.0580558889,
        -0.0228574835, 0.193111718, -0.310743541, -0.13714458, -0.125058874, -0.0205793884, -0.0308107808, 0.238326713,
        -0.317848057, -0.167825207, -0.068304196, -0.00514918892, -0.011103278, 0.242898911, -0.259740382,
        -0.0692506954, -0.0275382567, 0.0125105372, 0.0258312244,
      ],
    )
    expectClose(
      h,
      [
        0.1248478, 0.160043567, -0.0134237371, 0.118146367, 0.0706160739, 0.0727572888, -0.0470546968, 0.366443932,
        -0.132980868, -0.209397644, 0.419011027, -0.155100942, 0.259821922, -0.306296408, -0.133608401, 0.242898911,
        -0.259740382, -0.0692506954, -0.138401076, -0.00873838086, 0.012499677, -0.18416132, -0.0580558889,
        -0.0228574835,
      ],
    )
    expectClose(
      c,
      [
        0.562191963, 0.436771899, -0.0261799563, 0.310248643, 0.198634028, 0.144593939, -0.0977708176, 0.591219127,
        -0.478531122, -0.389990926, 0.642126679, -0.455222458, 0.631553411, -0.594664752, -0.178112805, 0.588936865,
        -0.494731873, -0.0967074111, -0.284769714, -0.0225365758, 0.0222489201, -0.419419855, -0.109896295,
        -0.0453042239,
      ],
    )
    expectClose(
      x.grad,
      [
        -0.390602469, 0.453098655, -0.496740937, 0.541096509, -0.583208561, 0.79355973, -1.26670349, 0.542473912,
        -0.510008454, 0.674016356, -0.293357253, 0.186275288, -0.33888495, 0.372609615, -0.984342694, 0.0662285089,
      ],
      1e-5,
    )
  })

  test('LSTM with a projection', () => {
    manualSeed(3)
    const lstm = new LSTM(2, 3, { projSize: 2 })
    const [out, [h, c]] = lstm(randn([4, 2, 2]))
    expectClose(
      out,
      [
        -0.0109285619, 0.0502979718, -0.0399058461, 0.00596775115, -0.061550241, 0.020496238, -0.0493576638,
        -0.0919544697, -0.0569411293, 0.109828025, -0.0348572731, -0.00870269164, -0.104981065, -0.0235042647,
        -0.0506868437, -0.0716755092,
      ],
    )
    expectClose(h, [-0.104981065, -0.0235042647, -0.0506868437, -0.0716755092])
    expectClose(c, [0.403971046, -0.210752666, -0.173348725, 0.03921194, -0.581147552, -0.164068997])
  })

  test('GRU: two directions over packed sequences that are not sorted', () => {
    manualSeed(3)
    const gru = new GRU(2, 3, { bidirectional: true })
    const x = randn([4, 3, 2], { requiresGrad: true })
    const packed = packPaddedSequence(x, [2, 4, 1], { enforceSorted: false })
    const [out, h] = gru(packed)
    const [padded, lengths] = padPackedSequence(out)
    padded.mul(padded).sum().backward()
    expect(out.batchSizes.tolist()).toEqual([3, 2, 1, 1])
    expect(out.sortedIndices!.tolist()).toEqual([1, 0, 2])
    expect(out.unsortedIndices!.tolist()).toEqual([1, 0, 2])
    expect(lengths.tolist()).toEqual([2, 4, 1])
    expectClose(
      out.data,
      [
        0.00155458832, -0.00427007489, 0.233147025, -0.427895159, -0.594694793, 0.261038929, -0.119847283, -0.18824169,
        -0.30599767, -0.183368832, -0.131525785, 0.794753611, -0.221235096, -0.310874045, -0.513891339, -0.0421175361,
        0.164370209, 0.755431235, 0.170945957, 0.0875409916, -0.0185672492, -0.437529534, -0.56270057, 0.574000776,
        -0.234308571, -0.36714083, -0.517139792, -0.0972187817, 0.0281378515, 0.710369468, -0.0320472717, -0.070235312,
        0.136296257, -0.32388863, 0.0127187669, 0.281878769, 0.393548191, 0.252998859, 0.401076674, -0.390576512,
        -0.797363162, -0.176591083,
      ],
    )
    expectClose(
      h,
      [
        -0.234308571, -0.36714083, -0.517139792, 0.393548191, 0.252998859, 0.401076674, -0.221235096, -0.310874045,
        -0.513891339, -0.183368832, -0.131525785, 0.794753611, -0.427895159, -0.594694793, 0.261038929, -0.0421175361,
        0.164370209, 0.755431235,
      ],
    )
    expectClose(
      padded,
      [
        -0.119847283, -0.18824169, -0.30599767, -0.183368832, -0.131525785, 0.794753611, 0.00155458832, -0.00427007489,
        0.233147025, -0.427895159, -0.594694793, 0.261038929, -0.221235096, -0.310874045, -0.513891339, -0.0421175361,
        0.164370209, 0.755431235, -0.234308571, -0.36714083, -0.517139792, -0.0972187817, 0.0281378515, 0.710369468,
        0.170945957, 0.0875409916, -0.0185672492, -0.437529534, -0.56270057, 0.574000776, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, -0.0320472717, -0.070235312, 0.136296257, -0.32388863, 0.0127187669, 0.281878769, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0.393548191, 0.252998859, 0.401076674, -0.390576512, -0.797363162, -0.176591083, 0, 0, 0, 0, 0, 0,
      ],
    )
    expectClose(
      x.grad,
      [
        0.415818244, -0.567701876, -0.347995043, -0.187640712, 0.176378936, -0.362071723, 0.248630583, -0.458961189,
        -0.526200056, -0.24134104, 0, 0, 0, 0, -0.141446829, -0.118071452, 0, 0, 0, 0, -0.714154601, 0.00148481876, 0,
        0,
      ],
      1e-5,
    )
  })

  test('RNN of a single sequence, with relu, without bias', () => {
    manualSeed(3)
    const rnn = new RNN(2, 3, { nonlinearity: 'relu', bias: false })
    const x = randn([4, 2])
    const [out, h] = rnn(x, randn([1, 3]))
    expect(out.shape).toEqual([4, 3])
    expectClose(
      out,
      [0.723365545, 0.441765517, 0.840426564, 0, 0.202413857, 0, 0, 0, 0, 0.596826792, 1.00542045, 1.06496084],
    )
    expectClose(h, [0.596826792, 1.00542045, 1.06496084])
  })

  test('cells', () => {
    manualSeed(3)
    const lstm = new LSTMCell(2, 3)
    const [h, c] = lstm(randn([2, 2]))
    expectClose(h, [0.109396324, 0.0612308495, 0.0805695504, 0.0639512166, 0.0284431148, 0.0686465353])
    expectClose(c, [0.263872564, 0.207244366, 0.217139661, 0.135433063, 0.0891464502, 0.155580878])
    manualSeed(3)
    expectClose(new GRUCell(2, 3)(randn([2])), [-0.0967579931, -0.046315819, 0.293024719])
    manualSeed(3)
    const rnn = new RNNCell(2, 3, { nonlinearity: 'relu' })
    const x = randn([2, 2])
    expectClose(rnn(x, randn([2, 3])), [0.729737282, 0.698430896, 0.708935022, 1.54710793, 0.577972293, 0.615806699])
  })
})

describe('recurrent layers', () => {
  test('run equal sequences packed as they do padded', () => {
    manualSeed(1)
    for (const layer of [new RNN(2, 3, 2, { bidirectional: true }), new GRU(2, 3, { numLayers: 2 })]) {
      const x = randn([4, 2, 2])
      const [out, h] = layer(x)
      const [packed, hPacked] = layer(packPaddedSequence(x, [4, 4]))
      expectClose(padPackedSequence(packed)[0], out.flatten().tolist() as number[])
      expectClose(hPacked, h.flatten().tolist() as number[])
    }
  })

  test('end each packed sequence where it ends', () => {
    manualSeed(2)
    const lstm = new LSTM(2, 3, { bidirectional: true })
    const x = randn([5, 3, 2])
    const lengths = [5, 2, 1]
    const [packed, [h, c]] = lstm(packPaddedSequence(x, lengths))
    const [padded] = padPackedSequence(packed, { batchFirst: true, totalLength: 6, paddingValue: -1 })
    expect(padded.shape).toEqual([3, 6, 6])
    lengths.forEach((length, i) => {
      const [out, [hi, ci]] = lstm(x.select(1, i).narrow(0, 0, length))
      expectClose(padded.select(0, i).narrow(0, 0, length), out.flatten().tolist() as number[])
      expect(
        padded
          .select(0, i)
          .narrow(0, length, 6 - length)
          .flatten()
          .eq(-1)
          .all()
          .item(),
      ).toBe(true)
      expectClose(h.select(1, i), hi.flatten().tolist() as number[])
      expectClose(c.select(1, i), ci.flatten().tolist() as number[])
    })
  })

  test('carry the state from call to call', () => {
    manualSeed(4)
    const gru = new GRU(2, 3, { numLayers: 2, batchFirst: true })
    const x = randn([2, 6, 2])
    const [whole, last] = gru(x)
    const [first, state] = gru(x.narrow(1, 0, 2))
    const [second, end] = gru(x.narrow(1, 2, 4), state)
    expectClose(first, whole.narrow(1, 0, 2).flatten().tolist() as number[])
    expectClose(second, whole.narrow(1, 2, 4).flatten().tolist() as number[])
    expectClose(end, last.flatten().tolist() as number[])
  })

  test('have PyTorch’s keys', () => {
    const lstm = new LSTM(2, 3, { bidirectional: true, projSize: 1 })
    const own = ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0', 'weight_hr_l0']
    expect(Object.keys(lstm.stateDict())).toEqual([...own, ...own.map((key) => `${key}_reverse`)])
    expect(lstm.weightHrL0Reverse!.shape).toEqual([1, 3])
    expect(lstm.allWeights.map((list) => list.length)).toEqual([5, 5])
    expect(lstm.allWeights[1]![0]).toBe(lstm.weightIhL0Reverse)
    expect(Object.keys(new GRUCell(1, 2).stateDict())).toEqual(['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'])
    expect(Object.keys(new RNN(1, 2, { bias: false }).stateDict())).toEqual(['weight_ih_l0', 'weight_hh_l0'])
  })

  test('of a subclass keep the names of what it adds', () => {
    class Tagger extends LSTM {
      lastLayer = new RNNCell(1, 1)
    }
    expect(Object.keys(new Tagger(1, 1).stateDict()).at(-1)).toBe('lastLayer.bias_hh')
  })

  test('train all their weights', () => {
    const lstm = new LSTM(2, 3, { numLayers: 2, bidirectional: true })
    const [out, [, c]] = lstm(randn([3, 2, 2]), [zeros([4, 2, 3]), ones([4, 2, 3])])
    out.sum().add(c.sum()).backward()
    for (const p of lstm.parameters()) expect(p.grad!.abs().sum().item()).toBeGreaterThan(0)
  })

  test('print as in Python', () => {
    expect(String(new LSTM(3, 4, { numLayers: 2, batchFirst: true, dropout: 0.5, bidirectional: true }))).toBe(
      'LSTM(3, 4, num_layers=2, batch_first=True, dropout=0.5, bidirectional=True)',
    )
    expect(String(new LSTM(3, 4, { projSize: 2, bias: false }))).toBe('LSTM(3, 4, proj_size=2, bias=False)')
    expect(String(new RNN(3, 4, { nonlinearity: 'relu' }))).toBe('RNN(3, 4)')
    expect(String(new RNNCell(3, 4, false, { nonlinearity: 'relu' }))).toBe(
      'RNNCell(3, 4, bias=False, nonlinearity=relu)',
    )
  })
})

test('bad input is refused in PyTorch’s words', () => {
  const x = ones([5, 2, 3])
  expect(() => new LSTM(3, 4)(ones([5, 2, 4]))).toThrow('input.size(-1) must be equal to input_size. Expected 3, got 4')
  expect(() => new LSTM(3, 4)(ones([1, 1, 1, 3]))).toThrow('LSTM: Expected input to be 2D or 3D, got 4D instead')
  expect(() => new LSTM(3, 4)(x, [zeros([1, 2, 4]), zeros([1, 3, 4])])).toThrow(
    'Expected hidden[1] size (1, 2, 4), got [1, 3, 4]',
  )
  expect(() => new GRU(3, 4)(x, zeros([1, 3, 4]))).toThrow('Expected hidden size (1, 2, 4), got [1, 3, 4]')
  expect(() => new GRU(3, 4)(x, zeros([2, 4]))).toThrow(
    'For batched 3-D input, hx should also be 3-D but got 2-D tensor',
  )
  expect(() => new LSTM(3, 4)(ones([5, 3]), [zeros([1, 1, 4]), zeros([1, 4])])).toThrow(
    'For unbatched 2-D input, hx and cx should also be 2-D but got (3-D, 2-D) tensors',
  )
  expect(() => new GRU(3, 4)(zeros([0, 2, 3]))).toThrow('Expected sequence length to be larger than 0 in RNN')
  expect(() => new GRU(3, 4)(x.double())).toThrow(
    'RNN input dtype (torch.float64) does not match weight dtype (torch.float32)',
  )
  expect(() => new RNNCell(3, 4)(ones([2, 4]))).toThrow('input has inconsistent input_size: got 4 expected 3')
  expect(() => new RNNCell(3, 4)(ones([2, 3]), zeros([3, 4]))).toThrow(
    "Input batch size 2 doesn't match hidden0 batch size 3",
  )
  expect(() => new LSTMCell(3, 4)(ones([2, 3]), [zeros([2, 4]), zeros([2, 5])])).toThrow(
    'hidden1 has inconsistent hidden_size: got 5, expected 4',
  )
  expect(() => new GRUCell(3, 4)(x)).toThrow('GRUCell: Expected input to be 1D or 2D, got 3D instead')
  expect(() => new RNN(3, 4, { nonlinearity: 'gelu' as never })).toThrow("Unknown nonlinearity 'gelu'")
  expect(() => new LSTM(3, 0)).toThrow('hidden_size must be greater than zero')
  expect(() => new LSTM(3, 4, 0)).toThrow('num_layers must be greater than zero')
  expect(() => new LSTM(3, 4, { dropout: 2 })).toThrow('dropout should be a number in range [0, 1]')
  expect(() => new LSTM(3, 4, { projSize: 4 })).toThrow('proj_size has to be smaller than hidden_size')
  expect(() => new GRU(3, 4, { projSize: 2 } as never)).toThrow('only supported for LSTM, not RNN or GRU')
})

describe('packed sequences', () => {
  const { packSequence, PackedSequence, padSequence, unpackSequence, unpadSequence, invertPermutation } = utils.rnn
  const sequences = (): Tensor[] => [[1.5, 2], [3.5], [4.5, 5, 6]].map((list) => tensor(list))

  test('hold the sequences in the order of their steps', () => {
    const packed = packPaddedSequence(padSequence(sequences()), [2, 1, 3], { enforceSorted: false })
    expect(packed.data.tolist()).toEqual([4.5, 1.5, 3.5, 5, 2, 6])
    const [data, batchSizes, sorted, unsorted] = packed
    expect(data).toBe(packed.data)
    expect(batchSizes!.tolist()).toEqual([3, 2, 1])
    expect(sorted!.tolist()).toEqual([2, 0, 1])
    expect(unsorted!.tolist()).toEqual([1, 2, 0])
    expect(unpackSequence(packed).map((x) => x.tolist())).toEqual([[1.5, 2], [3.5], [4.5, 5, 6]])
    expect(packed.double().data.dtype.name).toBe('float64')
    expect(packed.to('float32')).toBe(packed)
    expect(invertPermutation(tensor([2, 0, 1])).tolist()).toEqual([1, 2, 0])
    expect(String(packSequence([tensor([1.5])]))).toBe(
      'PackedSequence(data=tensor([1.5000]), batch_sizes=tensor([1]), sorted_indices=None, unsorted_indices=None)',
    )
  })

  test('of sorted sequences know no other order', () => {
    const packed = packSequence([tensor([1.5, 2]), tensor([3.5])])
    expect(packed.sortedIndices).toBeNull()
    expect(packed.data.tolist()).toEqual([1.5, 3.5, 2])
    expect(packPaddedSequence(ones([2, 3, 1]), tensor([3, 1]), true).batchSizes.tolist()).toEqual([2, 1, 1])
  })

  test('padding goes to either side', () => {
    expect(padSequence(sequences(), true).tolist()).toEqual([
      [1.5, 2, 0],
      [3.5, 0, 0],
      [4.5, 5, 6],
    ])
    expect(padSequence(sequences(), { paddingSide: 'left', paddingValue: 9 }).t().tolist()).toEqual([
      [9, 1.5, 2],
      [9, 9, 3.5],
      [4.5, 5, 6],
    ])
    const padded = padSequence(sequences())
    expect(unpadSequence(padded, [2, 1, 3]).map((x) => x.tolist())).toEqual(sequences().map((x) => x.tolist()))
  })

  test('gradients go back to their places', () => {
    const x = ones([3, 2, 1], { requiresGrad: true })
    const [padded] = padPackedSequence(packPaddedSequence(x, [1, 3], { enforceSorted: false }))
    padded.mul(2).sum().backward()
    expect(x.grad!.squeeze(2).t().tolist()).toEqual([
      [2, 0, 0],
      [2, 2, 2],
    ])
  })

  test('lengths that do not fit are refused', () => {
    const x = ones([3, 2, 4])
    expect(() => packPaddedSequence(x, [2, 3])).toThrow(
      'must be sorted in decreasing order when `enforce_sorted` is True',
    )
    expect(() => packPaddedSequence(x, [3, 0])).toThrow('Length of all samples has to be greater than 0')
    expect(() => packPaddedSequence(x, [3])).toThrow('but got 1 (batch_size=2)')
    expect(() => packPaddedSequence(x, [4, 1])).toThrow('Expected every length to be at most 3')
    expect(() => packPaddedSequence(zeros([0, 2, 4]), [0, 0])).toThrow('Cannot pack empty tensors.')
    expect(() => padPackedSequence(packPaddedSequence(x, [3, 2]), { totalLength: 2 })).toThrow(
      'got total_length=2 and max sequence length being 3',
    )
    expect(() => padSequence([])).toThrow('received an empty list of sequences')
    expect(() => padSequence([ones([2, 3]), ones([1, 4])])).toThrow('The size of tensor a (3) must match')
    expect(() => padSequence(sequences(), { paddingSide: 'top' as never })).toThrow('Expected padding_side')
    expect(() => new PackedSequence(ones([3]), tensor([1, 1]))).toThrow('batchSizes add up to 2, but data has 3 rows')
  })
})

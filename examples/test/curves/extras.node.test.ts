/** Beyond the course: truncated backpropagation through time, dropout between layers, noise in every step. */

import { AutoEncoder, reconstructionError, train as trainAutoEncoder } from '../../src/extras/autoencoder.js'
import { CharacterModel, train as trainCharacters } from '../../src/extras/char-language-model.js'
import { countCorrect, SequenceClassifier, train as trainSequences } from '../../src/extras/sequence-dropout.js'
import { TinyTransformer, tokenAccuracy, train as trainTransformer } from '../../src/extras/transformer.js'
import { train as trainVae, VAE } from '../../src/extras/vae.js'
import { type Run, replay } from './replay.js'

replay(
  'X_char_lstm',
  () => {
    const model = new CharacterModel()
    return { state: model.stateDict(), steps: trainCharacters(model) }
  },
  // five chunks are the text: the states were carried on, and begun anew, several times
  { prefix: 40 },
)

replay('X_lstm_dropout', () => {
  const model = new SequenceClassifier()
  const metrics = () => ({ eval_correct_of_256: countCorrect(model) })
  return { state: model.stateDict(), steps: trainSequences(model), metrics }
})

replay('X_autoencoder', () => {
  const model = new AutoEncoder()
  const metrics = () => ({ eval_mse: reconstructionError(model) })
  return { state: model.stateDict(), steps: trainAutoEncoder(model), metrics }
})

function transformer(dropout: number): Run {
  const model = new TinyTransformer(dropout)
  const metrics = () => ({ eval_token_accuracy: tokenAccuracy(model) })
  return { state: model.stateDict(), steps: trainTransformer(model), metrics }
}

replay('X_transformer', () => transformer(0.1))
replay('X_transformer_nodrop', () => transformer(0))

replay(
  'X_vae',
  () => {
    const model = new VAE()
    return { state: model.stateDict(), steps: trainVae(model) }
  },
  { renamed: true },
)

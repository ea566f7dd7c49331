/** Beyond the course: truncated backpropagation through time, dropout between layers, noise in every step. */
import { CharacterModel, train as trainCharacters } from '../../src/extras/char-language-model.js'
import { countCorrect, SequenceClassifier, train as trainSequences } from '../../src/extras/sequence-dropout.js'
import { train as trainVae, VAE } from '../../src/extras/vae.js'
import { replay } from './replay.js'

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

replay(
  'X_vae',
  () => {
    const model = new VAE()
    return { state: model.stateDict(), steps: trainVae(model) }
  },
  { renamed: true },
)

// The page as one file with all that is in it, for dist/page/page.js: it is served, mounted, and written into standalone documents.
import { defineConfig } from 'vite'

export default defineConfig({
  publicDir: false,
  resolve: { conditions: ['@tsorch/source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2022',
    outDir: 'dist/page',
    // the types are there already
    emptyOutDir: false,
    minify: true,
    reportCompressedSize: false,
    lib: { entry: 'src/page/index.ts', formats: ['es'], fileName: () => 'page.js' },
    rolldownOptions: { output: { minify: true, codeSplitting: false } },
  },
})

import { setFlagsFromString } from 'node:v8'

// Imported before everything else, so that it holds while the sources are compiled too.
// On a machine with much memory V8 lets the heap grow to several times of what is in use before it collects. What is in
// use here is small and what a request leaves is garbage, so it is collected once the heap has grown by this share.
setFlagsFromString('--heap-growing-percent=30')

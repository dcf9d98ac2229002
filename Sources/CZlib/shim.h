// The door to zlib.
//
// To begin is a macro, which Swift cannot call: it has a typed wrapper here. Everything else is
// zlib's own header.

#ifndef UPREV_CZLIB_SHIM_H
#define UPREV_CZLIB_SHIM_H

#include <zlib.h>

/// Prepares to inflate a zlib stream.
static inline int czlib_begin_inflate(z_stream *stream) { return inflateInit(stream); }

#endif

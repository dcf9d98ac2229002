// The door to OpenSSL.
//
// Much of its interface is macros, which Swift cannot call: each that is used has a typed wrapper
// here. Everything else is OpenSSL's own headers.

#ifndef UPREV_COPENSSL_SHIM_H
#define UPREV_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "OpenSSL 3.0 or newer is needed: apt-get install libssl-dev"
#endif

/// Refuses every protocol older than TLS 1.2.
static inline int copenssl_require_modern_tls(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

/// Names the host in the clear part of the handshake, so that a shared server can choose.
static inline int copenssl_set_server_name(SSL *session, const char *name) {
    return SSL_set_tlsext_host_name(session, name) == 1;
}

/// The bytes of a buffer that lives in memory, which stay its own.
static inline long copenssl_memory(BIO *buffer, char **bytes) {
    return BIO_get_mem_data(buffer, bytes);
}

/// Lets an empty buffer say "later" instead of "the end".
static inline void copenssl_set_open_ended(BIO *buffer) {
    BIO_set_mem_eof_return(buffer, -1);
}

/// How names in certificates are written: as in RFC 2253.
static inline unsigned long copenssl_name_format(void) { return XN_FLAG_RFC2253; }

#endif

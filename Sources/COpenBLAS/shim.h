// The few LAPACK routines Assay calls, declared here so that the build needs OpenBLAS's library and no
// particular layout of its headers, which differ between Debian and Homebrew.
#ifndef ASSAY_COPENBLAS_H
#define ASSAY_COPENBLAS_H

#include <stdint.h>

/// Factors a general n×n matrix in column-major order into P·L·U, in place.
void dgetrf_(const int32_t *m, const int32_t *n, double *a, const int32_t *lda, int32_t *ipiv, int32_t *info);

/// Solves A·X = B or Aᵀ·X = B from the factors of `dgetrf_`, in place.
void dgetrs_(const char *trans, const int32_t *n, const int32_t *nrhs, const double *a, const int32_t *lda,
             const int32_t *ipiv, double *b, const int32_t *ldb, int32_t *info);

/// Sets how many threads OpenBLAS may use.
void openblas_set_num_threads(int num_threads);

#endif

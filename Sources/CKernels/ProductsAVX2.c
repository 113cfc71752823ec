#if defined(__x86_64__)
#define ASSAY_VECTOR_BITS 256
#define ASSAY_ENGINE assay_engine_avx2
#include "ProductsTemplate.h"
#endif

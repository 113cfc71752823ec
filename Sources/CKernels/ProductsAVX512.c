#if defined(__x86_64__)
#define ASSAY_VECTOR_BITS 512
#define ASSAY_ENGINE assay_engine_avx512
#include "ProductsTemplate.h"
#endif

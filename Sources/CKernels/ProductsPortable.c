#define ASSAY_VECTOR_BITS 128
#define ASSAY_ENGINE assay_engine_portable
#include "ProductsTemplate.h"

// Aligned memory outside the collected heap: vectors load whole lines, and nothing moves while a worker holds an address.
using System.Runtime.InteropServices;

namespace RsrPlugins.Trainer.Kernels;

/// <summary>Memory of the kernels: floats from the start of a cache line on, at first 0. The garbage collector neither moves nor frees
/// it.</summary>
internal static unsafe class NativeFloats
{
    private const int CacheLine = 64;

    internal static float* Allocate(int count)
    {
        nuint bytes = (nuint)count * sizeof(float);
        float* memory = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(memory, bytes);
        return memory;
    }

    internal static void Free(float* memory) => NativeMemory.AlignedFree(memory);
}

using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public unsafe class NativeFloatsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(100_003)]
    public void Memory_is_zero_and_begins_at_a_cache_line(int count)
    {
        // The second time memory that was written to before may come back.
        for (int round = 0; round < 2; round++)
        {
            float* memory = NativeFloats.Allocate(count);
            Assert.Equal(0, (nint)memory % 64);
            Assert.Equal(-1, new Span<float>(memory, count).IndexOfAnyExcept(0f));
            new Span<float>(memory, count).Fill(7);
            NativeFloats.Free(memory);
        }
    }
}

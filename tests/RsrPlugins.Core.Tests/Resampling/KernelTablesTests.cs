using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Resampling;

public sealed class KernelTablesTests
{
    public static TheoryData<ResamplingKernel, int, bool> Kernels()
    {
        TheoryData<ResamplingKernel, int, bool> data = new TheoryData<ResamplingKernel, int, bool>();
        foreach (ResamplingKernel kernel in Enum.GetValues<ResamplingKernel>())
        {
            foreach (int factor in new[] { 1, 2, 3, 4, 5, 8 })
            {
                data.Add(kernel, factor, false);
                data.Add(kernel, factor, true);
            }
        }

        return data;
    }

    /// <summary>The stated reach against the tables: never exceeded, and exact when enlarging by 2 or more.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_window_looks_further_from_its_cell_than_the_reach(ResamplingKernel kernel, int factor, bool reduces)
    {
        int length = 40 * factor;
        KernelTables tables = new KernelTables(kernel, length, length, factor, reduces);
        int furthest = 0;
        for (int i = 0; i < tables.Horizontal.Length; i++)
        {
            (int first, int end) = reduces ? (i * factor, (i + 1) * factor) : (i / factor, (i / factor) + 1);
            furthest = Math.Max(furthest, Math.Max(first - tables.Horizontal.Start(i), tables.Horizontal.End(i) - end));
        }

        Assert.InRange(furthest, 0, tables.Reach.Pixels);
        if (!reduces && factor > 1)
        {
            Assert.Equal(tables.Reach.Pixels, furthest);
        }
    }

    [Theory]
    [InlineData(ResamplingKernel.Nearest, 4, true, 0)]
    [InlineData(ResamplingKernel.Area, 3, false, 0)]
    [InlineData(ResamplingKernel.Bicubic, 3, true, 6)]
    [InlineData(ResamplingKernel.Bicubic, 3, false, 2)]
    [InlineData(ResamplingKernel.Lanczos3, 2, false, 3)]
    public void A_kernel_that_reduces_is_as_many_times_as_wide(ResamplingKernel kernel, int factor, bool reduces, int expected) =>
        Assert.Equal(new Reach(expected), KernelTables.ReachOf(kernel, factor, reduces));
}

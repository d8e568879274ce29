// The icon is drawn by a program; here its file is read again, as Windows would.
using System.Buffers.Binary;

namespace RsrPlugins.Release.Tests;

public sealed class SetupIconTests
{
    [Fact]
    public void Every_size_is_there_with_a_disc_on_a_square_with_clear_corners()
    {
        byte[] icon = SetupIcon.Draw();
        int count = BinaryPrimitives.ReadUInt16LittleEndian(icon.AsSpan(4));
        List<int> sizes = new List<int>();
        int end = 6 + 16 * count;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = icon.AsSpan(6 + 16 * i, 16);
            int size = entry[0] == 0 ? 256 : entry[0];
            int offset = BinaryPrimitives.ReadInt32LittleEndian(entry[12..]);
            Assert.Equal(end, offset);
            end += BinaryPrimitives.ReadInt32LittleEndian(entry[8..]);
            sizes.Add(size);

            ReadOnlySpan<byte> pixels = icon.AsSpan(offset + 40, 4 * size * size);
            Assert.InRange(Alpha(pixels, 0, size), 0, 32); // At 16 pixels the rounding just touches it.
            Assert.Equal(255, Alpha(pixels, size / 2 + size * (size / 2), size));
            Assert.True(pixels[4 * (size / 2 + size * (size / 2)) + 2] > 200, $"The disc's middle is light at {size} pixels.");
            Assert.True(pixels[4 * (size / 2 + size * (size / 16)) + 2] < 60, $"The ground is dark at {size} pixels.");
        }

        Assert.Equal([16, 20, 24, 32, 40, 48, 64, 256], sizes);
        Assert.Equal(icon.Length, end);

        static int Alpha(ReadOnlySpan<byte> pixels, int index, int size) => pixels[4 * index + 3];
    }
}

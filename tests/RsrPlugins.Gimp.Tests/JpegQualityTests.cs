// What is read of the settings that GIMP's JPEG loader keeps with an image.
using RsrPlugins.Gimp.Editor;

namespace RsrPlugins.Gimp.Tests;

public sealed class JpegQualityTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData(new byte[0], null)]
    [InlineData(new byte[] { 3 }, null)]
    [InlineData(new byte[] { 3, 0, 3, 2, 2, 2 }, null)] // tables of another encoder
    [InlineData(new byte[] { 3, 101, 3, 0 }, null)]
    [InlineData(new byte[] { 3, 75, 3, 0, 2, 2, 1, 1, 1, 1 }, 75)]
    [InlineData(new byte[] { 1, 100 }, 100)]
    public void The_second_byte_is_the_quality(byte[]? settings, int? expected) =>
        Assert.Equal(expected, EditorImage.JpegQualityOf(settings));
}

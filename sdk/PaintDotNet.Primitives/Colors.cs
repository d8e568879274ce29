namespace PaintDotNet.Imaging;

public interface INaturalPixelInfo { }

public struct ColorAlpha8 : INaturalPixelInfo
{
    public byte A { get; set; }
}

/// <summary>Blue, green, red, straight alpha: four bytes in this order.</summary>
public struct ColorBgra32 : INaturalPixelInfo
{
    public byte B { get; set; }

    public byte G { get; set; }

    public byte R { get; set; }

    public byte A { get; set; }
}

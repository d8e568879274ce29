namespace PaintDotNet;

public readonly struct Resolution(double x, double y, MeasurementUnit units)
{
    public double X => x;

    public double Y => y;

    public MeasurementUnit Units => units;
}
